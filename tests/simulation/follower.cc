#include "tests/simulation/follower.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "clarity/scheduling/v1/scheduling_service.grpc.pb.h"
#include "services/platform/rpc/watch_point.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::simulation {

std::string Follower::Follow(const Desk& desk, storage::Database& store, const Model& model) {
  static constexpr storage::Sql kStreams{"SELECT stream, position FROM change_stream"};
  Positions last;
  tests::Succeed(store.ReadAndWait([&](storage::Transaction& transaction) {
    return transaction.Query(kStreams, {}, [&](const storage::Row& row) {
      last[std::string(row.Text(0))] = row.Integer(1);
      return absl::OkStatus();
    });
  }));
  std::string wrong = Read(desk, last);
  return wrong.empty() ? Compare(model) : wrong;
}

std::string Follower::Read(const Desk& desk, const Positions& last) {
  constexpr auto kHangs = std::chrono::minutes(1);
  const auto stub = v1::SchedulingService::NewStub(desk.channel());
  grpc::ClientContext context;
  context.AddMetadata("authorization", absl::StrCat("Bearer ", desk.Token(Bookers().front())));
  context.set_deadline(std::chrono::system_clock::now() + kHangs);
  const auto reader = stub->WatchAppointments(&context, tests::Watch("clinics/-", token_));
  Event event;
  std::string wrong;
  const auto is_behind = [&] {
    for (const auto& [stream, position] : last) {
      if (positions_[stream] < position) return true;
    }
    return false;
  };
  // Where there is no news, there is a sign of life: the server has opened the watch.
  do {
    if (!reader->Read(&event)) {
      return absl::StrCat("a watch ends: ", reader->Finish().error_message());
    }
    wrong = Take(event);
  } while (wrong.empty() && is_behind());
  context.TryCancel();
  reader->Finish();
  return wrong;
}

std::string Follower::Take(const Event& event) {
  const auto point = rpc::DecodeWatchToken(event.resume_token());
  if (!point.ok()) return "a watch gives a token that is none";
  if (event.has_resync()) return "a watch misses something";
  int64_t told = 0;
  for (const auto& [stream, position] : point->positions) {
    told += position - positions_[stream];
  }
  if (told != (event.has_change() ? 1 : 0)) {
    return absl::StrCat("a watch goes on by ", told, " changes with ", event.ShortDebugString());
  }
  for (const auto& [stream, position] : point->positions) positions_[stream] = position;
  token_ = event.resume_token();
  if (!event.has_change()) return "";
  const v1::Appointment& visit = event.change().appointment();
  if (event.change().kind() == Event::KIND_LEFT) {
    visits_.erase({visit.clinic(), visit.name()});
  } else {
    visits_[{visit.clinic(), visit.name()}] = visit;
  }
  return "";
}

std::string Follower::Compare(const Model& model) const {
  for (const auto& [name, visit] : model.visits()) {
    const auto found = visits_.find({visit.appointment.clinic(), name});
    if (found == visits_.end() || found->second.state() != visit.appointment.state() ||
        tests::FromWire(found->second.start_time()) !=
            tests::FromWire(visit.appointment.start_time())) {
      return absl::StrCat("who watches does not know of ", name);
    }
  }
  return visits_.size() == model.visits().size() ? "" : "who watches knows of more visits";
}

}  // namespace clarity::simulation
