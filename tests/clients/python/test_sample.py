"""The Python samples of clients/samples do what they say, against a real server."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import uuid

import generated
from server import Server

SAMPLES = generated.ROOT / 'clients/samples'


class SampleTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()

    def run_sample(self, token, name, *arguments):
        with tempfile.TemporaryDirectory() as scratch:
            token_file = pathlib.Path(scratch) / 'token'
            token_file.write_text(token)
            return subprocess.run(
                [sys.executable, '-B', SAMPLES / name, 'clinics/lake-forest', *arguments],
                env={**os.environ, 'PYTHONPATH': str(generated.OUT),
                     'CLARITY_SERVER': self.server.address, 'CLARITY_TOKEN_FILE': str(token_file)},
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def visit(self, token):
        return self.run_sample(token, 'visit.py', 'visitTypes/initial-consultation',
                               f'patients/{uuid.uuid4()}')

    def test_it_books_and_cancels(self):
        sample = self.visit(self.server.token('AGENT'))
        self.assertEqual(sample.returncode, 0, sample.stdout)
        self.assertRegex(sample.stdout, r'booked appointments/(\S+) at .*\ncancelled appointments/\1\n')

    def test_without_a_valid_token_it_says_so(self):
        sample = self.visit('nonsense')
        self.assertNotEqual(sample.returncode, 0)
        self.assertIn('UNAUTHENTICATED', sample.stdout)

    def test_from_the_number_to_what_can_be_booked(self):
        call = (self.server.token('AGENT'), 'intake.py', 'Maria', 'Ortiz', '+1 949 555 0100')
        first = self.run_sample(*call)
        self.assertEqual(first.returncode, 0, first.stdout)
        self.assertRegex(first.stdout, r'bookable visitTypes/initial-consultation for patients/\S+')
        self.assertEqual(self.run_sample(*call).stdout, first.stdout, 'the same record and episode')

    def test_a_record_that_looks_alike_is_for_somebody_to_look_at(self):
        token = self.server.token('AGENT')
        self.run_sample(token, 'intake.py', 'Benito', 'Lopez', '+1 949 555 0101')
        alike = self.run_sample(token, 'intake.py', 'Benito', 'Lopes', '+1 949 555 0101')
        self.assertRegex(alike.stdout, r'they may have a record: patients/\S+')


if __name__ == '__main__':
    unittest.main()
