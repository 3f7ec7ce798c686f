"""The Python modules of the public protos, made by the stock compiler and plugin.

Importing this module makes them importable: `from clarity.scheduling.v1 import slot_pb2`.
(Debian's grpc_tools is too old for `optional` in proto3; its protoc and plugin are not.)
"""

import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]


def _compile(out):
    cache = (ROOT / 'build/release/CMakeCache.txt').read_text()
    googleapis = re.search(r'^GOOGLEAPIS_DIR:PATH=(.*)$', cache, re.MULTILINE)[1]
    ours = [p.relative_to(ROOT / 'proto') for p in (ROOT / 'proto').rglob('*.proto')]
    theirs = [f'google/rpc/{name}.proto' for name in ('code', 'error_details', 'status')]
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    subprocess.run(['protoc', '-I', ROOT / 'proto', '-I', googleapis, '--python_out', out,
                    f'--plugin=protoc-gen-grpc={shutil.which("grpc_python_plugin")}',
                    '--grpc_out', out, *ours, *theirs], check=True)


OUT = ROOT / 'build/python-client'
_compile(OUT)
sys.path.insert(0, str(OUT))
