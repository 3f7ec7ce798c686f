"""The RPC reference, proto/README.md, from the comments and options of the protos.

    /usr/bin/python3 -B tests/structure/reference.py    writes it anew
"""

import collections
import functools
import re

import layers
import protos

REFERENCE = layers.ROOT / 'proto/README.md'
COMMAND = '/usr/bin/python3 -B tests/structure/reference.py'
ROLES = layers.ROOT / 'deploy/policies/roles.textproto'
REQUEST_BYTES_USUAL = 65_536

HEAD = f"""# The RPCs

Generated from the comments and options of the protos. Change those, then run

```
{COMMAND}
```

How to call (tokens, deadlines, repeats, errors, lists, watching): [clients/README.md](../clients/README.md).

- **Limits.** Unless it says otherwise, a request has at most {REQUEST_BYTES_USUAL:,} bytes, a string
  1,024, and a list 100 items. What breaks a rule is refused with INVALID_ARGUMENT, all of it at once.
- **Names** of resources are `collection/id`; an id is 1 to 63 of a-z, 0-9 and hyphen, and begins with
  a letter or digit.
- **Who may call** is what [roles.textproto](../deploy/policies/roles.textproto) grants to roles, by
  the permission in brackets. Besides, a patient reaches only what is the own, and everybody else only
  the clinics of the token.
- **Errors** carry a [reason](#errorreason) for programs.
- **Health data** never appears in a log, a metric or an error text.
"""

SCALARS = {number: name[len('TYPE_'):].lower() for name, number in (
    protos.descriptor_pb2.FieldDescriptorProto.Type.items())}


def roles_by_permission():
    granted = {}
    for grant in ROLES.read_text().split('grants {')[1:]:
        role = re.search(r'role: (\w+)', grant)[1]
        for permission in re.findall(r'permissions: "([^"]+)"', grant):
            granted.setdefault(permission, []).append(role)
    return granted


def unqualified(name):
    return re.sub(r'^clarity\.\w+\.v1\.', '', name)


@functools.lru_cache(maxsize=None)
def in_two_packages():
    """The names, without their package, that more than one package has."""
    count = collections.Counter()
    for file in protos.load()[0]:
        for name, *_ in [*protos.messages_of(file), *protos.enums_of(file)]:
            count[unqualified(name)] += 1
    return {name for name, times in count.items() if times > 1}


def short(name):
    """'Slot.Phase' of '.clarity.scheduling.v1.Slot.Phase'; 'consultation.WatchScope' where another
    package has one as well; what is not ours keeps its package."""
    name = name.lstrip('.')
    text = unqualified(name)
    if text == name or text not in in_two_packages():
        return text
    return re.sub(r'^clarity\.(\w+)\.v1\.', r'\1.', name)


def anchor(heading):
    return '#' + re.sub(r'[^\w-]', '', heading.lower())


def link(name):
    text = short(name)
    return text if '.google.' in name else f'[{text}]({anchor(text)})'


def code(items):
    return ', '.join(f'`{item}`' for item in items)


def table(header, rows):
    yield '| ' + ' | '.join(header) + ' |'
    yield '|' + '---|' * len(header)
    for row in rows:
        yield '| ' + ' | '.join(cell.replace('|', '\\|') for cell in row) + ' |'
    yield ''


def enum_value(descriptor, number, prefix):
    """'read' of EFFECT_READ."""
    return descriptor.values_by_number[number].name[len(prefix):].lower()


def method_lines(method, comment, rule, granted):
    options = protos.load()[1]
    stream = 'stream ' if method.server_streaming else ''
    yield f'### {method.name}\n'
    yield comment + '\n'
    yield f'{link(method.input_type)} → {stream}{link(method.output_type)}\n'
    if rule.open_to_all:
        yield '- May call: everybody with a token'
    else:
        yield f'- May call: {", ".join(granted[rule.permission])} (`{rule.permission}`)'
    if rule.patient_field:
        yield f'- A patient names only the own: `{rule.patient_field}`'
    if rule.clinic_fields:
        yield f'- Must be clinics of the token: {code(rule.clinic_fields)}'
    effect = enum_value(options.MethodRule.Effect.DESCRIPTOR, rule.effect, 'EFFECT_')
    audit = enum_value(options.MethodRule.Audit.DESCRIPTOR, rule.audit, 'AUDIT_')
    yield f'- [Effect](#methodruleeffect): {effect}; [audit](#methodruleaudit): {audit}'
    if rule.request_bytes_max not in (0, REQUEST_BYTES_USUAL):
        yield f'- Request: at most {rule.request_bytes_max:,} bytes'
    yield ''


def type_of(field, entries):
    if field.type_name in entries:
        key, value = entries[field.type_name].field
        return f'map of {type_of(key, entries)} to {type_of(value, entries)}'
    text = link(field.type_name) if field.type_name else SCALARS[field.type]
    return f'list of {text}' if field.label == field.LABEL_REPEATED else text


def rules_of(field, message):
    options = protos.load()[1]
    rule = field.options.Extensions[options.field]
    if field.proto3_optional:
        yield 'may be absent'
    elif field.HasField('oneof_index'):
        yield f'one of `{message.oneof_decl[field.oneof_index].name}`'
    if rule.required:
        yield 'required'
    if rule.output_only:
        yield 'set by the server'
    if rule.resource:
        yield f'`{rule.resource}/{{id}}`' + (f' or `{rule.resource}/-`' if rule.wildcard else '')
    if rule.pattern:
        yield f'matches `{rule.pattern}`'
    if rule.bytes_min:
        yield f'at least {rule.bytes_min:,} bytes'
    if rule.bytes_max:
        yield f'at most {rule.bytes_max:,} bytes'
    if rule.max > rule.min:
        yield f'{rule.min:,} to {rule.max:,}'
    if rule.items_max:
        yield f'at most {rule.items_max:,} items'
    if rule.unique:
        yield 'no value twice'
    if rule.permission:
        yield f'needs `{rule.permission}`'
    if rule.health:
        yield '*health data*'


def message_lines(name, message, comment, of_fields, entries):
    yield f'### {short(name)}\n'
    yield comment + '\n'
    if message.field:
        yield from table(('Field', 'Type', 'Rules', 'Meaning'),
                         [(f'`{field.name}`', type_of(field, entries),
                           '; '.join(rules_of(field, message)), said)
                          for field, said in zip(message.field, of_fields)])


def enum_lines(name, enum, comment, of_values):
    options = protos.load()[1]
    yield f'### {short(name)}\n'
    yield comment + '\n'
    if enum.options.Extensions[options.zero_is_a_choice]:
        yield 'The value 0 may be sent where the field is required.\n'
    yield from table(('Value', 'Number', 'Meaning'),
                     [(f'`{value.name}`', str(value.number), said)
                      for value, said in zip(enum.value, of_values)])


def service_sections(services, granted):
    for _, service, comment, methods in services:
        yield f'## {service.name}\n'
        yield comment + '\n'
        for method, said, rule in methods:
            yield from method_lines(method, said, rule, granted)


def contents(services, files):
    yield '## Contents\n'
    for _, service, _, methods in services:
        rpcs = ', '.join(link(method.name) for method, _, _ in methods)
        yield f'- {link(service.name)}: {rpcs}'
    yield f'- Messages and enums: {", ".join(link(file.name) for file in files)}\n'


def type_sections(files):
    entries = {'.' + name: entry for name, entry in protos.map_entries()}
    for file in files:
        yield f'## {file.name}\n'
        described = {name: message_lines(name, *rest, entries)
                     for name, *rest in protos.messages_of(file)}
        described.update((name, enum_lines(name, *rest)) for name, *rest in protos.enums_of(file))
        for name in sorted(described):  # so that what is nested follows what it is nested in
            yield from described[name]


def text():
    services = list(protos.services())
    files = [file for file in protos.load()[0] if file.message_type or file.enum_type]
    files.sort(key=lambda file: file.package == 'clarity.options.v1')  # what those are made of: last
    return '\n'.join([HEAD, *contents(services, files),
                      *service_sections(services, roles_by_permission()),
                      *type_sections(files)]).rstrip() + '\n'


if __name__ == '__main__':
    REFERENCE.write_text(text())
