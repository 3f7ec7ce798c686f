"""A server of the test's own: temporary data, a free port, demo clinics and policy, tokens."""

import pathlib
import shutil
import socket
import subprocess
import tempfile

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = ROOT / 'build/release/bin'
READY_WITHIN_SECONDS = 30


def _free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Server:

    def __init__(self):
        self._scratch = pathlib.Path(tempfile.mkdtemp(prefix='clarity-python-'))
        self._log_path = self._scratch / 'clarityd.log'
        self._process = None
        self.address = f'127.0.0.1:{_free_port()}'

    def start(self):
        self._clarityctl('token', '--generate-key', self._scratch / 'private',
                         '--public', self._scratch / 'public')
        scheduling_token = self._token_file('SERVICE')
        with open(self._log_path, 'wb') as log:
            self._process = subprocess.Popen(
                [BIN / 'clarityd', '--data', self._scratch / 'data', '--listen', self.address,
                 '--metrics-listen', f'127.0.0.1:{_free_port()}',
                 '--scheduling-token', scheduling_token, '--keys', self._scratch / 'public',
                 '--drain', '0',
                 '--roles', ROOT / 'deploy/policies/roles.textproto'],
                stdout=log, stderr=subprocess.STDOUT)
        self._await_ready()
        as_operator = ('--yes', '--server', self.address,
                       '--token-file', self._token_file('OPERATOR'))
        self._clarityctl('apply', '-f', ROOT / 'deploy/demo', *as_operator)
        self._clarityctl('policy', 'apply', '-f', ROOT / 'deploy/policy', *as_operator)

    def stop(self):
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)
        shutil.rmtree(self._scratch)

    def token(self, role):
        return self._clarityctl(
            'token', '--key', self._scratch / 'private', '--subject', f'python-{role.lower()}',
            '--role', role, '--clinic', 'clinics/-', '--valid', '1h').strip()

    def _token_file(self, role):
        path = self._scratch / f'{role.lower()}.token'
        path.write_text(self.token(role))
        path.chmod(0o600)
        return path

    def _await_ready(self):
        with grpc.insecure_channel(self.address) as channel:
            try:
                grpc.channel_ready_future(channel).result(timeout=READY_WITHIN_SECONDS)
            except grpc.FutureTimeoutError:
                raise RuntimeError('clarityd did not start:\n' + self._log_path.read_text()) from None

    @staticmethod
    def _clarityctl(*arguments):
        return subprocess.run([BIN / 'clarityctl', *map(str, arguments)], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
