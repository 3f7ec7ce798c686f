"""The public protos as descriptors: with comments, and with our options readable."""

import functools
import importlib
import pathlib
import re
import subprocess
import sys
import tempfile

import layers

# Where a descriptor keeps its parts: the field numbers that make up a location's path.
FILE_MESSAGE, FILE_ENUM, FILE_SERVICE = 4, 5, 6
MESSAGE_FIELD, MESSAGE_NESTED, MESSAGE_ENUM = 2, 3, 4
SERVICE_METHOD = 2


def googleapis():
    """The directory with google/rpc, as the build found it."""
    cache = (layers.ROOT / 'build/release/CMakeCache.txt').read_text()
    return re.search(r'^GOOGLEAPIS_DIR:PATH=(.*)$', cache, re.MULTILINE)[1]


@functools.lru_cache(maxsize=None)
def load():
    """(files, options): FileDescriptorProtos of our protos, and the module of our options."""
    with tempfile.TemporaryDirectory() as scratch:
        image = pathlib.Path(scratch) / 'image.binpb'
        protoc = ['protoc', '-I', 'proto', '-I', googleapis()]
        subprocess.run([*protoc, '--python_out', scratch, 'clarity/options/v1/options.proto'],
                       cwd=layers.ROOT, check=True)
        subprocess.run([*protoc, '--include_source_info', '--descriptor_set_out', str(image),
                        *layers.tracked('proto/*.proto')], cwd=layers.ROOT, check=True)
        # The options first: an extension unknown at parse time would stay unread bytes.
        sys.path.insert(0, scratch)
        options = importlib.import_module('clarity.options.v1.options_pb2')
        sys.path.remove(scratch)
        from google.protobuf import descriptor_pb2
        return descriptor_pb2.FileDescriptorSet.FromString(image.read_bytes()).file, options


def comments(file):
    """Leading comment by path of location."""
    return {tuple(location.path): ' '.join(location.leading_comments.split())
            for location in file.source_code_info.location}


def methods():
    """(service, method, comment, rule) of every RPC."""
    files, options = load()
    for file in files:
        said = comments(file)
        for s, service in enumerate(file.service):
            for m, method in enumerate(service.method):
                yield (service, method, said.get((FILE_SERVICE, s, SERVICE_METHOD, m), ''),
                       method.options.Extensions[options.method])


def messages():
    """(full name, message, comment, comments of its fields) of every message, nested ones too."""
    def walk(prefix, message, path, said):
        name = f'{prefix}.{message.name}'
        fields = [said.get(path + (MESSAGE_FIELD, i), '') for i in range(len(message.field))]
        yield name, message, said.get(path, ''), fields
        for i, nested in enumerate(message.nested_type):
            if not nested.options.map_entry:
                yield from walk(name, nested, path + (MESSAGE_NESTED, i), said)

    for file in load()[0]:
        said = comments(file)
        for i, message in enumerate(file.message_type):
            yield from walk(file.package, message, (FILE_MESSAGE, i), said)
