"""The arrows of the architecture run one way."""

import unittest

import layers


class LayersTest(unittest.TestCase):

    def test_every_include_follows_the_arrows(self):
        found = []
        for path in layers.tracked('*.cc', '*.h'):
            found += layers.violations(path, (layers.ROOT / path).read_text())
        self.assertEqual(found, [])


class CheckerTest(unittest.TestCase):
    """The check itself: it sees each kind of wrong arrow, and lets the right ones pass."""

    WRONG = [
        ('services/scheduling/booking/book.cc', 'services/consultation/plan/plan.h'),
        ('services/scheduling/booking/book.cc', 'clients/core/client.h'),
        ('services/scheduling/booking/book.cc', 'services/clarityd/server.h'),
        ('services/scheduling/booking/book.cc', 'clarity/consultation/v1/plan.pb.h'),
        ('services/consultation/plan/plan.cc', 'services/scheduling/booking/book.h'),
        ('services/platform/rpc/door.cc', 'services/scheduling/limits.h'),
        ('services/platform/rpc/door.cc', 'clarity/scheduling/v1/slot.pb.h'),
        ('services/platform/storage/database.cc', 'services/platform/rpc/door.h'),
        ('services/platform/base/clock.cc', 'services/platform/storage/database.h'),
        ('services/scheduling/calendar/page.cc', 'services/platform/storage/database.h'),
        ('services/scheduling/calendar/page.cc', 'services/scheduling/limits.h'),
        ('services/scheduling/calendar/page.cc', 'clarity/scheduling/v1/slot.pb.h'),
        ('services/scheduling/calendar/page.cc', 'grpcpp/grpcpp.h'),
        ('clients/portal/portal.cc', 'services/platform/base/clock.h'),
        ('clients/portal/portal.cc', 'clients/callcenter/desk.h'),
        ('clients/core/channel.cc', 'clients/portal/portal.h'),
        ('tests/conformance/book_test.cc', 'services/scheduling/booking/book.h'),
        ('somewhere/else.cc', 'string'),
    ]
    RIGHT = [
        ('services/scheduling/booking/book.cc', 'services/scheduling/calendar/search.h'),
        ('services/scheduling/booking/book.cc', 'services/platform/storage/database.h'),
        ('services/scheduling/booking/book.cc', 'clarity/scheduling/v1/appointment.pb.h'),
        ('services/scheduling/calendar/page.cc', 'services/platform/base/status_macros.h'),
        ('services/scheduling/calendar/recurrence.cc', 'libical/ical.h'),
        ('services/consultation/plan/plan.cc', 'clients/core/client.h'),
        ('services/clarityd/main.cc', 'services/scheduling/service.h'),
        ('clients/callcenter/main.cc', 'clients/core/client.h'),
        ('tests/conformance/book_test.cc', 'clients/core/client.h'),
    ]

    def test_it_catches_each_wrong_arrow(self):
        for path, included in self.WRONG:
            with self.subTest(path=path, included=included):
                self.assertEqual(len(layers.violations(path, f'#include "{included}"\n')), 1)

    def test_it_lets_the_right_ones_pass(self):
        for path, included in self.RIGHT:
            with self.subTest(path=path, included=included):
                self.assertEqual(layers.violations(path, f'#include "{included}"\n'), [])


if __name__ == '__main__':
    unittest.main()
