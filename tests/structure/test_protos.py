"""What every RPC and every message of the public protos says about itself."""

import re
import subprocess
import unittest

import layers
import protos
import reference


class MethodsTest(unittest.TestCase):

    def assert_each(self, holds):
        """That holds(method, comment, rule) is true for every RPC; names those it is not for."""
        self.assertEqual([f'{service.name}.{method.name}'
                          for service, method, comment, rule in protos.methods()
                          if not holds(method, comment, rule)], [])

    def setUp(self):
        self.options = protos.load()[1]
        self.rule = self.options.MethodRule
        self.messages = {name: message for name, message, _, _ in protos.messages()}

    def test_every_rpc_has_an_access_rule(self):
        self.assert_each(lambda _, __, rule: bool(rule.permission) != rule.open_to_all)

    def test_every_rpc_says_whether_it_changes_anything(self):
        self.assert_each(lambda _, __, rule: rule.effect != self.rule.EFFECT_UNSPECIFIED)

    def test_every_rpc_has_an_audit_class_and_every_write_is_audited_as_one(self):
        self.assert_each(lambda _, __, rule: rule.audit != self.rule.AUDIT_UNSPECIFIED)
        self.assert_each(lambda _, __, rule: (rule.effect == self.rule.EFFECT_WRITE) ==
                         (rule.audit == self.rule.AUDIT_CHANGE))

    def test_every_comment_names_the_errors(self):
        self.assert_each(lambda _, comment, __: re.search(r'(?i)\berrors\b', comment))

    def test_every_comment_says_who_may_call(self):
        self.assert_each(lambda _, comment, __:
                         re.search(r'\bFor [a-z]|\bCallers (and|as)\b', comment))

    def test_every_write_can_be_repeated_and_tried_and_says_so(self):
        def holds(method, comment, rule):
            if rule.effect != self.rule.EFFECT_WRITE:
                return True
            request = self.messages[method.input_type.lstrip('.')]
            return ('Idempotent by request_id' in comment and
                    {'request_id', 'validate_only'} <= {f.name for f in request.field})
        self.assert_each(holds)

    def test_fields_that_a_rule_names_exist(self):
        def resolves(message, path):
            for part in path.split('.'):
                field = next((f for f in self.messages[message].field if f.name == part), None)
                if field is None:
                    return False
                message = field.type_name.lstrip('.')
            return True

        self.assert_each(lambda method, _, rule: all(
            resolves(method.input_type.lstrip('.'), path)
            for path in [*rule.clinic_fields, *filter(None, [rule.patient_field])]))

    def test_the_roles_grant_the_permissions_of_the_rpcs_and_no_others(self):
        named = {rule.permission for _, _, _, rule in protos.methods()}
        for message in self.messages.values():
            named |= {f.options.Extensions[self.options.field].permission for f in message.field}
        granted = set(reference.roles_by_permission())
        self.assertEqual(named - {''} - granted, set(), 'nobody may do these')
        self.assertEqual(granted - named, set(), 'no RPC asks for these')


class PortalTest(unittest.TestCase):

    def test_the_portal_library_calls_only_what_a_patient_may(self):
        granted = reference.roles_by_permission()
        for_patients = {method.name for _, method, _, rule in protos.methods()
                        if rule.open_to_all or 'PATIENT' in granted[rule.permission]}
        source = (layers.ROOT / 'clients/portal/portal_client.cc').read_text()
        called = set(re.findall(r'(?:scheduling|catalog|orders)_?->(\w+)\(', source))
        self.assertIn('BookAppointment', called)
        self.assertEqual(called - for_patients, set())


class PolicyFilesTest(unittest.TestCase):

    def test_each_is_a_part_of_a_policy(self):
        protoc = ['protoc', '-I', 'proto', '-I', protos.googleapis(),
                  '--encode=clarity.consultation.v1.Policy',
                  'clarity/consultation/v1/policy.proto']
        files = layers.tracked('deploy/policy/*.textproto')
        self.assertTrue(files)
        for path in files:
            with self.subTest(path=path), open(layers.ROOT / path, 'rb') as text:
                tried = subprocess.run(protoc, cwd=layers.ROOT, stdin=text, check=False,
                                       capture_output=True)
                self.assertEqual(tried.returncode, 0, tried.stderr.decode())


class ErrorReasonsTest(unittest.TestCase):

    # Told to who starts the server or reads a backup, by the process itself.
    NEVER_SENT = {'DATA_DIRECTORY_IN_USE', 'MIGRATION_CHANGED', 'STORE_IS_NEWER'}
    # Where a reason is given: the factories of base/errors.h, its own calls, and the pairs of a
    # reason and what to say first.
    GIVEN = re.compile(r'(?:FailedPrecondition|InvalidReason|ResourceExhausted)\(\s*"([A-Z_]+)"'
                       r'|WithReason\([^;]*?,\s*"([A-Z_]+)"'
                       r'|(?:return|told =) \{"([A-Z_]+)", "')

    def test_those_that_are_sent_are_those_of_the_enum(self):
        given = set()
        for path in layers.tracked('services/*.cc', 'services/*.h'):
            if not re.search(r'_test\.|/testing/|test_support', path):
                for found in self.GIVEN.findall((layers.ROOT / path).read_text()):
                    given.update(filter(None, found))
        named = {value.name[len('ERROR_REASON_'):] for file in protos.load()[0]
                 for name, enum, _, _ in protos.enums_of(file)
                 if name == 'clarity.type.v1.ErrorReason' for value in enum.value}
        self.assertEqual(given - self.NEVER_SENT, named - {'UNSPECIFIED'})


class MessagesTest(unittest.TestCase):

    def test_every_message_and_field_has_a_comment(self):
        silent = []
        for name, message, comment, of_fields in protos.messages():
            if not comment:
                silent.append(name)
            silent += [f'{name}.{field.name}'
                       for field, said in zip(message.field, of_fields) if not said]
        self.assertEqual(silent, [])


if __name__ == '__main__':
    unittest.main()
