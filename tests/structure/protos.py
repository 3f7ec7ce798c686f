"""The public protos as descriptors: with comments, and with our options readable."""

import functools
import importlib
import pathlib
import re
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2

import layers

# Where a descriptor keeps its parts: the field numbers that make up a location's path.
FILE_MESSAGE, FILE_ENUM, FILE_SERVICE = 4, 5, 6
MESSAGE_FIELD, MESSAGE_NESTED, MESSAGE_ENUM = 2, 3, 4
SERVICE_METHOD = 2
ENUM_VALUE = 2


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
        return descriptor_pb2.FileDescriptorSet.FromString(image.read_bytes()).file, options


def comments(file):
    """Leading comment by path of location."""
    return {tuple(location.path): ' '.join(location.leading_comments.split())
            for location in file.source_code_info.location}


def services():
    """(package, service, comment, [(method, comment, rule)]) of every service."""
    files, options = load()
    for file in files:
        said = comments(file)
        for s, service in enumerate(file.service):
            path = (FILE_SERVICE, s)
            yield (file.package, service, said.get(path, ''),
                   [(method, said.get(path + (SERVICE_METHOD, m), ''),
                     method.options.Extensions[options.method])
                    for m, method in enumerate(service.method)])


def methods():
    """(service, method, comment, rule) of every RPC."""
    for _, service, _, of_service in services():
        for method, comment, rule in of_service:
            yield service, method, comment, rule


def walk(file):
    """(full name, message, path of its location) of every message of a file, nested ones too."""
    def under(prefix, message, path):
        name = f'{prefix}.{message.name}'
        yield name, message, path
        for i, nested in enumerate(message.nested_type):
            yield from under(name, nested, path + (MESSAGE_NESTED, i))

    for i, message in enumerate(file.message_type):
        yield from under(file.package, message, (FILE_MESSAGE, i))


def messages_of(file):
    """(full name, message, comment, comments of its fields) of every message of a file."""
    said = comments(file)
    for name, message, path in walk(file):
        if not message.options.map_entry:
            fields = [said.get(path + (MESSAGE_FIELD, i), '') for i in range(len(message.field))]
            yield name, message, said.get(path, ''), fields


def messages():
    """(full name, message, comment, comments of its fields) of every message."""
    for file in load()[0]:
        yield from messages_of(file)


def map_entries():
    """(full name, message) of the messages that stand for the entries of a map."""
    for file in load()[0]:
        yield from ((name, message) for name, message, _ in walk(file)
                    if message.options.map_entry)


def enums_of(file):
    """(full name, enum, comment, comments of its values) of every enum of a file, nested ones too."""
    said = comments(file)
    owners = [(file.package, file.enum_type, (FILE_ENUM,))]
    owners += [(name, message.enum_type, path + (MESSAGE_ENUM,))
               for name, message, path in walk(file)]
    for owner, enums, path in owners:
        for i, enum in enumerate(enums):
            values = [said.get(path + (i, ENUM_VALUE, v), '') for v in range(len(enum.value))]
            yield f'{owner}.{enum.name}', enum, said.get(path + (i,), ''), values
