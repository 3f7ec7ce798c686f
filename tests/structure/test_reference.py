"""The RPC reference is what the protos say now."""

import re
import unittest

import reference


class ReferenceTest(unittest.TestCase):

    def test_it_is_up_to_date(self):
        self.assertTrue(reference.REFERENCE.read_text() == reference.text(),
                        f'{reference.REFERENCE} is old; run: {reference.COMMAND}')

    def test_every_link_within_it_leads_to_one_place(self):
        text = reference.text()
        headings = [reference.anchor(h) for h in re.findall(r'^#+ (.*)$', text, re.MULTILINE)]
        self.assertEqual(sorted(set(headings)), sorted(headings), 'two headings read alike')
        self.assertLessEqual(set(re.findall(r'\]\((#[^)]*)\)', text)), set(headings))

    def test_it_tells_who_may_call_and_what_a_field_takes(self):
        text = reference.text()
        export = text[text.index('### ExportCatalog\n'):text.index('### GetClinic\n')]
        self.assertIn('May call: OPERATOR (`catalog.export`)', export)
        self.assertRegex(text, r'\| `openings_max` \| int32 \| 0 to 10 \| At most so many')
        self.assertRegex(text, r'\| `patient` \| string \| .*`patients/\{id\}`; \*health data\*')


if __name__ == '__main__':
    unittest.main()
