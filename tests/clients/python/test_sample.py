"""The Python sample of clients/samples does what it says, against a real server."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import uuid

import generated
from server import Server

SAMPLE = generated.ROOT / 'clients/samples/visit.py'


class SampleTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()

    def run_sample(self, token):
        with tempfile.TemporaryDirectory() as scratch:
            token_file = pathlib.Path(scratch) / 'token'
            token_file.write_text(token)
            return subprocess.run(
                [sys.executable, '-B', SAMPLE, 'clinics/lake-forest',
                 'visitTypes/initial-consultation', f'patients/{uuid.uuid4()}'],
                env={**os.environ, 'PYTHONPATH': str(generated.OUT),
                     'CLARITY_SERVER': self.server.address, 'CLARITY_TOKEN_FILE': str(token_file)},
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def test_it_books_and_cancels(self):
        sample = self.run_sample(self.server.token('AGENT'))
        self.assertEqual(sample.returncode, 0, sample.stdout)
        self.assertRegex(sample.stdout, r'booked appointments/(\S+) at .*\ncancelled appointments/\1\n')

    def test_without_a_valid_token_it_says_so(self):
        sample = self.run_sample('nonsense')
        self.assertNotEqual(sample.returncode, 0)
        self.assertIn('UNAUTHENTICATED', sample.stdout)


if __name__ == '__main__':
    unittest.main()
