#include "tests/history/conductor.h"

#include <signal.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/history/follower.h"
#include "tests/history/office.h"
#include "tests/support/child_process.h"
#include "tests/support/results.h"

namespace clarity::history {
namespace {

namespace v1 = scheduling::v1;
using client::OrderConnection;
using client::SchedulingConnection;
using tests::Connections;
using tests::Value;
using Patience = Desk::Patience;

constexpr char kThisProgram[] = "/proc/self/exe";
constexpr char kFollower[] = "follower";

std::string InSeconds(absl::Duration duration) {
  return absl::StrCat(absl::ToInt64Milliseconds(duration) / 1000.0, " s");
}

}  // namespace

Conductor::Conductor(Plan plan)
    : plan_(std::move(plan)), first_day_(FirstDayFrom(absl::Now())), random_(plan_.seed) {}

void Conductor::Run() {
  server_.Start();
  desk_ = std::make_unique<Desk>(Become("reader", {"AGENT", "OPERATOR", "SERVICE"}), plan_.journals,
                                 &random_);
  Office(desk_.get(), &random_, first_day_).ApplyCatalog(0);
  watch_token_ = Value(desk_->Read(&Connections::scheduling,
                                   &SchedulingConnection::ListAppointments, tests::List("")))
                     .watch_token();
  StartCallers();
  if (plan_.kills > 0) KillUnderLoad();
  Race();
  StopCallers();
  BookMarkers();
  tests::WaitFor(callers_.at(kFollower));
  WriteDownAllThereIs();
}

Identity Conductor::Become(const std::string& subject,
                           const std::vector<std::string>& roles) const {
  rpc::testing::TokenClaims claims;
  claims.subject = subject;
  claims.roles = roles;
  return {subject, server_.Token(claims), server_.address()};
}

void Conductor::StartCallers() {
  Launch("follow", kFollower, {"AGENT"}, 0);
  Launch("office", "office", {"STAFF", "OPERATOR", "SERVICE"}, 0);
  for (int i = 1; i <= plan_.callers; ++i) {
    Launch("agent", absl::StrCat("agent-", i), {"AGENT"}, static_cast<uint32_t>(i));
  }
}

void Conductor::Launch(const std::string& part, const std::string& subject,
                       const std::vector<std::string>& roles, uint32_t number) {
  const Identity identity = Become(subject, roles);
  callers_[subject] =
      tests::Launch({kThisProgram, "--part", part, "--subject", subject, "--token", identity.token,
                     "--server", identity.server, "--journals", plan_.journals, "--first-day",
                     absl::StrCat(absl::ToUnixSeconds(first_day_)), "--seed",
                     absl::StrCat(plan_.seed + number), "--watch-token", watch_token_},
                    absl::StrCat(plan_.journals, "/", subject, ".log"));
}

// The server dies at any moment, most often while it writes.
void Conductor::KillUnderLoad() {
  absl::Duration starting;
  for (int kill = 1; kill <= plan_.kills; ++kill) {
    absl::SleepFor(absl::Milliseconds(50 + Pick(random_, 500)) +
                   absl::Microseconds(Pick(random_, 1000)));
    ExpectAllRunning();
    server_.Kill();
    const absl::Time dead = absl::Now();
    server_.Start();
    starting += absl::Now() - dead;
    if (kill % 50 == 0) std::cout << kill << " kills ..." << std::endl;
  }
  std::cout << plan_.kills << " kills survived; from each to serving again "
            << InSeconds(starting / plan_.kills) << " on average" << std::endl;
}

void Conductor::Race() {
  const absl::Time end = absl::Now() + plan_.race;
  while (absl::Now() < end) {
    absl::SleepFor(std::min(end - absl::Now(), absl::Seconds(1)));
    ExpectAllRunning();
  }
}

void Conductor::ExpectAllRunning() const {
  if (!tests::IsRunning(server_.pid())) {
    throw std::runtime_error("the server has gone by itself:\n" + server_.Said());
  }
  for (const auto& [subject, pid] : callers_) {
    if (!tests::IsRunning(pid)) {
      throw std::runtime_error(
          absl::StrCat(subject, " has ended: see its log in ", plan_.journals));
    }
  }
}

void Conductor::StopCallers() {
  for (const auto& [subject, pid] : callers_) {
    if (subject != kFollower) kill(pid, SIGTERM);
  }
  for (const auto& [subject, pid] : callers_) {
    if (subject != kFollower && tests::WaitFor(pid) != 0) {
      throw std::runtime_error(
          absl::StrCat(subject, " has failed: see its log in ", plan_.journals));
    }
  }
}

// After all days that the others book.
void Conductor::BookMarkers() {
  absl::Time start = first_day_ + absl::Hours(24 * (kDays + 1));
  for (const char* clinic : kClinics) {
    auto request = tests::Booking(tests::kConsultation, clinic, tests::Local(start), kMarker);
    request.set_note(desk_->IdOfNext());
    Value(desk_->Write(&Connections::scheduling, &SchedulingConnection::BookAppointment, request,
                       Patience::kUntilAnswered));
    start += absl::Hours(2);
  }
}

// Each is asked for in as many pages as it takes.
template <typename Service, typename Request, typename Reply>
void Conductor::WriteDown(std::shared_ptr<Service> Connections::*service,
                          absl::StatusOr<Reply> (Service::*method)(const Request&,
                                                                   const client::CallOptions&),
                          Request request) {
  do {
    request.set_page_token(Value(desk_->Read(service, method, request)).next_page_token());
  } while (!request.page_token().empty());
}

void Conductor::WriteDownAllThereIs() {
  constexpr int kPage = 1000;
  v1::ListAppointmentsRequest visits;
  visits.set_show_ended(true);
  visits.set_page_size(kPage);
  WriteDown(&Connections::scheduling, &SchedulingConnection::ListAppointments, visits);
  v1::ListOrdersRequest orders;
  orders.set_show_revoked(true);
  orders.set_page_size(kPage);
  WriteDown(&Connections::orders, &OrderConnection::ListOrders, orders);
  WriteDownDays();
  FollowChanges(Become("reread", {"AGENT"}), plan_.journals, watch_token_);
}

// The board of each day, and what is still free.
void Conductor::WriteDownDays() {
  for (int day = 0; day < kDays; ++day) {
    v1::GetDayBoardRequest board;
    SetDate(absl::ToCivilDay(first_day_, absl::UTCTimeZone()) + day, board.mutable_date());
    for (const char* clinic : kClinics) {
      board.set_clinic(clinic);
      Value(desk_->Read(&Connections::scheduling, &SchedulingConnection::GetDayBoard, board));
    }
  }
  for (const Visit& visit : kVisits) {
    WriteDown(&Connections::scheduling, &SchedulingConnection::FindSlots,
              tests::Search(visit.type, visit.clinic, tests::Local(first_day_),
                            tests::Local(first_day_ + absl::Hours(24 * kDays))));
  }
}

}  // namespace clarity::history
