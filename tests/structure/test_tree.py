"""What holds for every file of the tree."""

import json
import pathlib
import re
import unittest

import layers

TEXT = ('*.cc', '*.h', '*.proto', '*.py', '*.sh', '*.md', '*.txt', '*.cmake', '*.json', '*.yaml',
        '*.textproto', '*.sql', '.ci/run')


def read(path):
    return (layers.ROOT / path).read_text()


class TreeTest(unittest.TestCase):

    def test_every_source_file_is_in_a_target(self):
        commands = layers.ROOT / 'build/release/compile_commands.json'
        self.assertTrue(commands.is_file(), 'configure first: cmake --preset release')
        compiled = {entry['file'] for entry in json.loads(commands.read_text())}
        # Several tests may be compiled as one file, which includes them.
        for joined in [file for file in compiled if '/Unity/' in file]:
            compiled.update(layers.INCLUDE.findall(pathlib.Path(joined).read_text()))
        left_out = [f for f in layers.tracked('*.cc') if str(layers.ROOT / f) not in compiled]
        self.assertEqual(left_out, [])

    def test_every_header_is_included_by_somebody(self):
        # Those of clients/ are for applications, ours or not.
        included = {i for f in layers.tracked('*.cc', '*.h') for i in layers.INCLUDE.findall(read(f))}
        headers = layers.tracked('services/*.h', 'tests/*.h')
        self.assertEqual([f for f in headers if f not in included], [])

    def test_every_header_has_the_guard_of_its_path(self):
        for path in layers.tracked('*.h'):
            guard = 'CLARITY_' + re.sub(r'[/.]', '_', path).upper() + '_'
            with self.subTest(path=path):
                self.assertIn(f'#ifndef {guard}\n#define {guard}\n', read(path))

    def test_nothing_names_the_machine_it_was_written_on(self):
        places = re.compile(r'(?<![\w.$}])/(?:home|root|Users|work|mnt)/[\w.]')
        self.assertEqual(self.lines_with(places), [])

    def test_nothing_is_put_off_by_a_remark(self):
        words = '|'.join(('TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'))
        self.assertEqual(self.lines_with(re.compile(rf'\b(?:{words})\b')), [])

    def test_no_test_is_switched_off(self):
        self.assertEqual(self.lines_with(re.compile('DISABLED' + '_|GTEST' + '_SKIP')), [])

    @staticmethod
    def lines_with(pattern):
        return [f'{path}:{number}: {line.strip()}'
                for path in layers.tracked(*TEXT)
                for number, line in enumerate(read(path).splitlines(), 1) if pattern.search(line)]


if __name__ == '__main__':
    unittest.main()
