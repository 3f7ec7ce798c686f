#include "tests/simulation/inspector.h"

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::simulation {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using tests::FromWire;
using v1::Appointment;

constexpr int64_t kTickSeconds = 300;
constexpr int64_t kPageTicks = 512;
constexpr int64_t kWholeShares = 16;  // what the service writes for all of a resource
constexpr int64_t kNever = INT64_MAX;

constexpr Sql kAppointment{"SELECT body FROM appointment WHERE name = $1"};
constexpr Sql kOwned{
    "SELECT owner, resource, page, begin_tick, end_tick, shares, expire_time FROM claim "
    "WHERE owner = $1"};
constexpr Sql kVersion{"SELECT version FROM calendar_page WHERE resource = $1 AND page = $2"};
constexpr Sql kAppointments{
    "SELECT name, patient, clinic, visit_type, state, start_time, end_time, order_name, body "
    "FROM appointment"};
constexpr Sql kHolds{"SELECT name, expire_time, body FROM hold"};
constexpr Sql kBlocks{"SELECT name FROM block"};
constexpr Sql kOrders{"SELECT name, patient, state, body FROM visit_order"};
constexpr Sql kClaims{
    "SELECT owner, resource, page, begin_tick, end_tick, shares, expire_time FROM claim"};
constexpr Sql kReplies{"SELECT request_id FROM request_reply"};
constexpr Sql kAudited{
    "SELECT request_id, COUNT(*) FROM audit WHERE request_id <> '' GROUP BY request_id"};
constexpr Sql kStreams{"SELECT stream, position FROM change_stream"};
constexpr Sql kChanges{"SELECT stream, position, body FROM change_log ORDER BY stream, position"};
constexpr Sql kBodies{"SELECT body FROM appointment"};

// All rows of a query; an error of the store ends the check with what it says.
void ForEach(Transaction& transaction, const Sql& sql, absl::Span<const Value> values,
             const std::function<void(const Row&)>& row) {
  tests::Succeed(transaction.Query(sql, values, [&](const Row& found) {
    row(found);
    return absl::OkStatus();
  }));
}

template <typename Record>
Record Parse(absl::string_view body) {
  Record record;
  if (!record.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    throw std::runtime_error("a stored record does not parse");
  }
  return record;
}

// Runs a check in a transaction of its own.
std::string In(storage::Database& store, const std::function<std::string(Transaction&)>& check) {
  std::string wrong;
  const absl::Status read = store.ReadAndWait([&](Transaction& transaction) {
    wrong = check(transaction);
    return absl::OkStatus();
  });
  return read.ok() ? wrong : absl::StrCat("the store cannot be read: ", read.ToString());
}

template <typename Map, typename Found>
std::string FirstMissing(const char* what, const Map& expected, const Found& found) {
  for (const auto& [name, item] : expected) {
    if (found.count(name) == 0) return absl::StrCat(what, " is not stored: ", name);
  }
  return "";
}

int64_t TickOf(absl::Time time) { return absl::ToUnixSeconds(time) / kTickSeconds; }

}  // namespace

std::string Inspector::CheckOwners(storage::Database& store, const std::set<std::string>& owners,
                                   const std::set<std::string>& takers) {
  return In(store, [&](Transaction& transaction) -> std::string {
    for (const std::string& owner : owners) {
      std::string wrong = CheckOwner(transaction, owner);
      if (!wrong.empty()) return wrong;
    }
    return CheckPages(transaction, takers);
  });
}

std::string Inspector::CheckOwner(Transaction& transaction, const std::string& owner) const {
  std::vector<Claim> claims;
  ForEach(transaction, kOwned, {Value::Text(owner)}, [&](const Row& row) {
    claims.push_back({std::string(row.Text(1)), row.Integer(2), row.Integer(3), row.Integer(4),
                      row.Integer(5), row.Integer(6)});
  });
  std::string wrong = HasEnded(owner, claims) ? "" : CheckClaims(owner, claims);
  const auto visit = model_.visits().find(owner);
  if (!wrong.empty() || visit == model_.visits().end()) return wrong;
  wrong = absl::StrCat("a visit is not stored: ", owner);
  ForEach(transaction, kAppointment, {Value::Text(owner)}, [&](const Row& row) {
    wrong = CheckVisit(Parse<storage::v1::AppointmentRecord>(row.Text(0)), visit->second);
  });
  return wrong;
}

// What a hold had is in nobody's way once it has ended, and may still be there.
bool Inspector::HasEnded(const std::string& owner, const std::vector<Claim>& claims) const {
  return model_.uses().count(owner) == 0 && absl::StartsWith(owner, "holds/") && !claims.empty() &&
         claims.front().expire_time <= absl::ToUnixMicros(model_.now());
}

// Tick by tick, so that it does not matter how claims are cut.
std::string Inspector::CheckClaims(const std::string& owner,
                                   const std::vector<Claim>& claims) const {
  Ticks expected;
  const auto uses = model_.uses().find(owner);
  if (uses != model_.uses().end()) {
    for (const Model::Use& use : uses->second) {
      for (int64_t tick = TickOf(use.start); tick < TickOf(use.end); ++tick) {
        expected[{use.name, tick}] = use.shares;
      }
    }
  }
  const auto hold = model_.holds().find(owner);
  const int64_t expire_time = hold == model_.holds().end()
                                  ? kNever
                                  : absl::ToUnixMicros(FromWire(hold->second.expire_time()));
  Ticks stored;
  for (const Claim& claim : claims) {
    const std::string place =
        absl::StrCat(owner, " on ", claim.resource, " from ", claim.begin, " to ", claim.end);
    if (claim.begin / kPageTicks != claim.page || (claim.end - 1) / kPageTicks != claim.page) {
      return absl::StrCat("a claim is not in its page: ", place);
    }
    if (claim.expire_time != expire_time) return absl::StrCat("a claim ends too early: ", place);
    for (int64_t tick = claim.begin; tick < claim.end; ++tick) {
      stored[{claim.resource, tick}] = claim.shares == kWholeShares
                                           ? tests::PlainCalendar::kWhole
                                           : static_cast<int>(claim.shares);
    }
  }
  if (stored == expected) return "";
  for (const auto& [at, shares] : expected) {
    if (stored.count(at) == 0) {
      return absl::StrCat("a claim is missing: ", owner, " on ", at.first, " at tick ", at.second);
    }
  }
  for (const auto& [at, shares] : stored) {
    if (expected.count(at) == 0) {
      return absl::StrCat("a claim of nobody: ", owner, " on ", at.first, " at tick ", at.second);
    }
  }
  return absl::StrCat("a claim takes other shares: ", owner);
}

// Every page has gone on by a version for each of those who took time of it.
std::string Inspector::CheckPages(Transaction& transaction, const std::set<std::string>& takers) {
  std::map<PageKey, std::set<std::string>> pages;
  for (const std::string& owner : takers) {
    const auto uses = model_.uses().find(owner);
    if (uses == model_.uses().end()) continue;
    for (const Model::Use& use : uses->second) {
      if (!absl::StartsWith(use.name, "resources/")) continue;
      for (int64_t tick = TickOf(use.start); tick < TickOf(use.end); ++tick) {
        pages[{use.name, tick / kPageTicks}].insert(owner);
      }
    }
  }
  for (const auto& [page, owners] : pages) {
    int64_t version = 0;
    ForEach(transaction, kVersion, {Value::Text(page.first), Value::Integer(page.second)},
            [&](const Row& row) { version = row.Integer(0); });
    int64_t& seen = versions_[page];
    if (version < seen + static_cast<int64_t>(owners.size())) {
      return absl::StrCat("a page does not tell that it was booked: ", page.first, " page ",
                          page.second, " at version ", version, " for ", *owners.begin());
    }
    seen = version;
  }
  return "";
}

std::string Inspector::CheckVisit(const storage::v1::AppointmentRecord& stored,
                                  const Model::Visit& visit) {
  const Appointment& a = stored.appointment();
  const Appointment& b = visit.appointment;
  bool is_same = a.state() == b.state() && a.clinic() == b.clinic() &&
                 a.visit_type() == b.visit_type() && a.order() == b.order() &&
                 FromWire(a.start_time()) == FromWire(b.start_time()) &&
                 FromWire(a.end_time()) == FromWire(b.end_time()) &&
                 a.participants(0).patient() == b.participants(0).patient() &&
                 a.assignments_size() == b.assignments_size();
  for (int i = 0; is_same && i < a.assignments_size(); ++i) {
    is_same = a.assignments(i).need() == b.assignments(i).need() &&
              a.assignments(i).resource() == b.assignments(i).resource();
  }
  if (is_same) return "";
  return absl::StrCat("a visit is stored as\n  ", a.ShortDebugString(), "\ninstead of\n  ",
                      b.ShortDebugString());
}

std::string Inspector::CheckAll(storage::Database& store,
                                const std::map<std::string, absl::Time>& done,
                                absl::Time replies_since) {
  return In(store, [&](Transaction& transaction) -> std::string {
    std::string wrong = CheckVisits(transaction);
    if (wrong.empty()) wrong = CheckHolds(transaction);
    if (wrong.empty()) wrong = CheckBlocks(transaction);
    if (wrong.empty()) wrong = CheckOrders(transaction);
    if (wrong.empty()) wrong = CheckAllClaims(transaction);
    if (wrong.empty()) wrong = CheckRequests(transaction, done, replies_since);
    if (wrong.empty()) wrong = CheckChangeLog(transaction);
    return wrong;
  });
}

std::string Inspector::CheckVisits(Transaction& transaction) const {
  std::string wrong;
  std::set<std::string> found;
  ForEach(transaction, kAppointments, {}, [&](const Row& row) {
    const std::string name(row.Text(0));
    found.insert(name);
    const auto visit = model_.visits().find(name);
    if (visit == model_.visits().end()) {
      wrong = absl::StrCat("a visit that nobody was told of: ", name);
      return;
    }
    const auto stored = Parse<storage::v1::AppointmentRecord>(row.Text(8));
    const Appointment& body = stored.appointment();
    if (row.Text(1) != body.participants(0).patient() || row.Text(2) != body.clinic() ||
        row.Text(3) != body.visit_type() || row.Integer(4) != body.state() ||
        row.Time(5) != FromWire(body.start_time()) || row.Time(6) != FromWire(body.end_time()) ||
        row.Text(7) != body.order()) {
      wrong = absl::StrCat("the columns do not say what the record says: ", name);
    }
    const std::string differs = CheckVisit(stored, visit->second);
    if (!differs.empty()) wrong = differs;
  });
  return wrong.empty() ? FirstMissing("a visit", model_.visits(), found) : wrong;
}

// One that has ended may still be there.
std::string Inspector::CheckHolds(Transaction& transaction) const {
  std::string wrong;
  std::set<std::string> found;
  ForEach(transaction, kHolds, {}, [&](const Row& row) {
    const std::string name(row.Text(0));
    found.insert(name);
    const auto hold = model_.holds().find(name);
    if (hold == model_.holds().end()) {
      if (row.Time(1) > model_.now()) wrong = absl::StrCat("a hold of nobody: ", name);
      return;
    }
    const v1::Hold stored = Parse<storage::v1::HoldRecord>(row.Text(2)).hold();
    if (row.Time(1) != FromWire(hold->second.expire_time()) ||
        stored.patient() != hold->second.patient()) {
      wrong = absl::StrCat("a hold is stored otherwise: ", stored.ShortDebugString());
    }
  });
  return wrong.empty() ? FirstMissing("a hold", model_.holds(), found) : wrong;
}

std::string Inspector::CheckBlocks(Transaction& transaction) const {
  std::string wrong;
  std::set<std::string> found;
  ForEach(transaction, kBlocks, {}, [&](const Row& row) {
    found.insert(std::string(row.Text(0)));
    if (model_.blocks().count(std::string(row.Text(0))) == 0) {
      wrong = absl::StrCat("a block of nobody: ", row.Text(0));
    }
  });
  return wrong.empty() ? FirstMissing("a block", model_.blocks(), found) : wrong;
}

std::string Inspector::CheckOrders(Transaction& transaction) const {
  std::string wrong;
  std::set<std::string> found;
  ForEach(transaction, kOrders, {}, [&](const Row& row) {
    const std::string name(row.Text(0));
    found.insert(name);
    const auto order = model_.orders().find(name);
    if (order == model_.orders().end()) {
      wrong = absl::StrCat("an order of nobody: ", name);
    } else if (row.Text(1) != order->second.patient() || row.Integer(2) != order->second.state() ||
               Parse<storage::v1::OrderRecord>(row.Text(3)).order().units() !=
                   order->second.units()) {
      wrong = absl::StrCat("an order is stored otherwise: ", name);
    }
  });
  return wrong.empty() ? FirstMissing("an order", model_.orders(), found) : wrong;
}

std::string Inspector::CheckAllClaims(Transaction& transaction) {
  std::map<std::string, std::vector<Claim>> by_owner;
  ForEach(transaction, kClaims, {}, [&](const Row& row) {
    by_owner[std::string(row.Text(0))].push_back({std::string(row.Text(1)), row.Integer(2),
                                                  row.Integer(3), row.Integer(4), row.Integer(5),
                                                  row.Integer(6)});
  });
  for (auto of = by_owner.begin(); of != by_owner.end();) {
    const auto& [owner, claims] = *of;
    if (HasEnded(owner, claims)) {
      of = by_owner.erase(of);
      continue;
    }
    std::string wrong = CheckClaims(owner, claims);
    if (!wrong.empty()) return wrong;
    ++of;
  }
  std::string wrong = FirstMissing("what somebody has", model_.uses(), by_owner);
  return wrong.empty() ? CheckCapacity(by_owner) : wrong;
}

// Counted once more, from the rows alone. A block may lie over visits, an override over both, what
// is held for a move over the visit to be moved; and whoever could take more once may still have
// what was taken then.
std::string Inspector::CheckCapacity(
    const std::map<std::string, std::vector<Claim>>& claims) const {
  std::map<PageKey, int> taken;
  for (const auto& [owner, of_owner] : claims) {
    if (absl::StartsWith(owner, "blocks/") || model_.IsForMove(owner)) continue;
    const auto visit = model_.visits().find(owner);
    if (visit != model_.visits().end() && visit->second.appointment.has_override()) continue;
    for (const Claim& claim : of_owner) {
      if (!absl::StartsWith(claim.resource, "resources/")) continue;
      const int most = model_.CapacityMax(claim.resource);
      const int shares = claim.shares == kWholeShares ? most : static_cast<int>(claim.shares);
      for (int64_t tick = claim.begin; tick < claim.end; ++tick) {
        int& of_tick = taken[{claim.resource, tick}];
        of_tick += shares;
        if (of_tick > most) {
          return absl::StrCat("over capacity: ", claim.resource, " at tick ", tick, " with ",
                              owner);
        }
      }
    }
  }
  return "";
}

std::string Inspector::CheckRequests(Transaction& transaction,
                                     const std::map<std::string, absl::Time>& done,
                                     absl::Time replies_since) {
  std::string wrong;
  std::set<std::string> replied;
  ForEach(transaction, kReplies, {}, [&](const Row& row) {
    replied.insert(std::string(row.Text(0)));
    if (done.count(std::string(row.Text(0))) == 0) {
      wrong = absl::StrCat("a reply to a request that was not acknowledged: ", row.Text(0));
    }
  });
  std::set<std::string> audited;
  ForEach(transaction, kAudited, {}, [&](const Row& row) {
    audited.insert(std::string(row.Text(0)));
    if (row.Integer(1) != 1) wrong = absl::StrCat("audited more than once: ", row.Text(0));
    if (done.count(std::string(row.Text(0))) == 0) {
      wrong = absl::StrCat("audited, but not acknowledged: ", row.Text(0));
    }
  });
  if (!wrong.empty()) return wrong;
  for (const auto& [id, time] : done) {
    if (audited.count(id) == 0) return absl::StrCat("done, but not audited: ", id);
    if (replied.count(id) == 0 && time >= replies_since) {
      return absl::StrCat("done, but the reply is not kept: ", id);
    }
  }
  return "";
}

// From nothing, change after change, every clinic comes to have the visits that are stored.
std::string Inspector::CheckChangeLog(Transaction& transaction) {
  using Kind = v1::WatchAppointmentsResponse;
  std::map<std::string, int64_t> positions;
  std::map<std::pair<std::string, std::string>, std::string> replayed;  // by stream and visit
  std::string wrong;
  ForEach(transaction, kChanges, {}, [&](const Row& row) {
    const std::string stream(row.Text(0));
    if (row.Integer(1) != ++positions[stream]) {
      wrong = absl::StrCat("the change log has a gap: ", stream, " before ", row.Integer(1));
    }
    const auto change = Parse<storage::v1::AppointmentChange>(row.Text(2));
    auto& visit = replayed[{stream, change.appointment().name()}];
    visit = change.kind() == Kind::KIND_LEFT ? "" : change.appointment().SerializeAsString();
  });
  ForEach(transaction, kStreams, {}, [&](const Row& row) {
    if (positions[std::string(row.Text(0))] != row.Integer(1)) {
      wrong = absl::StrCat("the change log has a gap at the end of ", row.Text(0));
    }
  });
  if (!wrong.empty()) return wrong;
  std::map<std::pair<std::string, std::string>, std::string> stored;
  ForEach(transaction, kBodies, {}, [&](const Row& row) {
    const auto visit = Parse<storage::v1::AppointmentRecord>(row.Text(0)).appointment();
    const std::string stream = absl::StrCat("clinic:", visit.clinic().substr(sizeof("clinics")));
    stored[{stream, visit.name()}] = visit.SerializeAsString();
  });
  for (const auto& [at, visit] : stored) {
    if (replayed[at] != visit) {
      return absl::StrCat("the change log does not lead to ", at.second, " of ", at.first);
    }
  }
  for (const auto& [at, visit] : replayed) {
    if (!visit.empty() && stored.count(at) == 0) {
      return absl::StrCat("the change log leaves a visit behind: ", at.second);
    }
  }
  return "";
}

}  // namespace clarity::simulation
