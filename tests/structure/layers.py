"""Which folder may include which: the arrows of the architecture, as data and one function.

A folder is judged by the longest key of ALLOWED that contains it. It may include its own files,
the folders named there, and what is nobody's: the standard library, third parties and, unless
WITHOUT says otherwise, the generated code of the public protos.
"""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

PLATFORM = ('services/platform',)
EVERYTHING = ('services', 'clients', 'tests')

ALLOWED = {
    'services/platform/base': (),
    'services/platform/storage': ('services/platform/base',),
    'services/platform/rpc': ('services/platform/base', 'services/platform/storage'),
    # The engine knows ticks and bits only.
    'services/scheduling/calendar': ('services/platform/base',),
    'services/scheduling': PLATFORM,
    # Consultation reaches scheduling as any other client does.
    'services/consultation': PLATFORM + ('clients/core',),
    # It makes the channel on which consultation reaches scheduling.
    'services/clarityd': ('services', 'clients/core'),
    # A client could be built in a repository of its own, beside the protos.
    'clients/core': (),
    'clients/portal': ('clients/core',),
    'clients/terminal': ('clients/core',),
    'clients/callcenter': ('clients/core', 'clients/terminal'),
    'clients/admin': ('clients/core', 'clients/terminal'),
    'clients/samples': ('clients/core', 'clients/portal', 'clients/callcenter'),
    # What the two services promise is tested through the clients; the server is a process.
    'tests/conformance': ('clients', 'tests/support'),
    'tests': EVERYTHING,
}

# Included files that a folder does without, whoever's they are.
WITHOUT = {
    'services/scheduling/calendar': re.compile(r'\.pb\.h$|^grpc|^google/|^sqlite3|^libpq|^clarity/'),
    'services/platform/storage': re.compile(r'^grpc|\.grpc\.pb\.h$|^clarity/(scheduling|consultation)/'),
    'services/platform': re.compile(r'^clarity/(scheduling|consultation)/'),
    'services/scheduling': re.compile(r'^clarity/consultation/'),
}

INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.MULTILINE)


def within(path, folder):
    return path == folder or path.startswith(folder + '/')


def rule_of(path, table):
    """The most specific folder of the table that holds the path, or None."""
    return max((f for f in table if within(path, f)), key=len, default=None)


def violations(path, text):
    """What the file includes and should not, a sentence each."""
    found = []
    folder = rule_of(path, ALLOWED)
    if folder is None:
        return [f'{path}: no rule in tests/structure/layers.py covers this folder']
    without = [WITHOUT[f] for f in WITHOUT if within(path, f)]
    for included in INCLUDE.findall(text):
        ours = included.split('/')[0] in ('services', 'clients', 'tests')
        allowed = any(within(included, f) for f in (folder,) + ALLOWED[folder])
        if (ours and not allowed) or any(w.search(included) for w in without):
            found.append(f'{path}: may not include {included} (rule of {folder})')
    return found


def tracked(*patterns):
    """Tracked files that match the patterns, relative to the root."""
    out = subprocess.run(['git', 'ls-files', '-z', '--', *patterns], cwd=ROOT, check=True,
                         capture_output=True, text=True).stdout
    return [f for f in out.split('\0') if f and (ROOT / f).is_file()]
