"""The README says what is there."""

import re
import unittest

import layers
import protos

README = (layers.ROOT / 'README.md').read_text()


def served():
    """(service, RPC) of every method that a service overrides."""
    for path in layers.tracked('services/*/service.cc'):
        # "class X : public v1::Service::CallbackService {" ... "Reactor* Method(Context* c, ..."
        _, *parts = re.split(r'public v1::(\w+)::CallbackService', (layers.ROOT / path).read_text())
        for service, body in zip(parts[::2], parts[1::2]):
            yield from ((service, rpc) for rpc in re.findall(r'\*\s+(\w+)\(\s*Context\*', body))


class ReadmeTest(unittest.TestCase):

    def test_it_names_every_rpc_of_every_service(self):
        stated = {(service, rpc)
                  for service, rpcs in re.findall(r'^\| (\w+Service) \|.*\| ([`\w ]+) \|$', README,
                                                  re.MULTILINE)
                  for rpc in re.findall(r'`(\w+)`', rpcs)}
        declared = {(service.name, method.name) for service, method, _, _ in protos.methods()}
        self.assertEqual(stated, declared)

    def test_it_names_those_that_are_not_served_yet(self):
        declared = {(service.name, method.name) for service, method, _, _ in protos.methods()}
        missing = sorted(rpc for service, rpc in declared - set(served()))
        stated = re.search(r'^Declared, but UNIMPLEMENTED[^:]*: (.*)\.$', README, re.MULTILINE)[1]
        self.assertEqual(stated, ', '.join(f'`{rpc}`' for rpc in missing) or 'none')

    def test_the_one_of_the_clients_says_what_to_do_about_every_error(self):
        reasons = {value.name[len('ERROR_REASON_'):]
                   for file in protos.load()[0] for name, enum, _, _ in protos.enums_of(file)
                   if name.endswith('.ErrorReason') for value in enum.value}
        table = re.findall(r'^\| (`[A-Z_`, ]+`) \|', (layers.ROOT / 'clients/README.md').read_text(),
                           re.MULTILINE)
        stated = {reason for row in table for reason in re.findall(r'`(\w+)`', row)}
        self.assertEqual(stated, reasons - {'UNSPECIFIED'})

    def test_every_link_leads_somewhere(self):
        for path in layers.tracked('*.md'):
            for link in re.findall(r'\]\(([^)#:]+)\)', (layers.ROOT / path).read_text()):
                with self.subTest(file=path, link=link):
                    self.assertTrue(((layers.ROOT / path).parent / link).exists())


if __name__ == '__main__':
    unittest.main()
