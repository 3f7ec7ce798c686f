#include "tests/simulation/world.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "clients/core/errors.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::simulation {
namespace {

using google::protobuf::Message;
using Kind = Step::Kind;

constexpr size_t kGroupMax = 8;
constexpr size_t kSentKept = 40;
constexpr int kGroupsBetweenChecks = 40;
// As the service keeps them; a little less, for what is sent again.
constexpr absl::Duration kRepliesKept = absl::Hours(72);
constexpr absl::Duration kRepeatedWithin = absl::Hours(71);

std::string Field(const Message& message, const char* name) {
  const auto* field = message.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr || field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
    return "";
  }
  return message.GetReflection()->GetString(message, field);
}

void SetField(const char* name, const std::string& value, Message* message) {
  message->GetReflection()->SetString(message, message->GetDescriptor()->FindFieldByName(name),
                                      value);
}

bool OnlyAsks(const Call& call) {
  const Message& request = *call.request;
  const auto* field = request.GetDescriptor()->FindFieldByName("validate_only");
  return request.GetReflection()->GetBool(request, field);
}

bool TakesTime(const Call& call) {
  const auto* type = call.request->GetDescriptor();
  return type == v1::BookAppointmentRequest::descriptor() ||
         type == v1::RescheduleAppointmentRequest::descriptor() ||
         type == v1::CreateHoldRequest::descriptor() ||
         type == v1::CreateBlockRequest::descriptor();
}

bool OwnsTime(const std::string& name) {
  return absl::StartsWith(name, "appointments/") || absl::StartsWith(name, "holds/") ||
         absl::StartsWith(name, "blocks/");
}

std::string Outcome(const Call& call) {
  if (call.status.ok()) {
    const std::string name = Field(*call.reply, "name");
    return name.empty() ? "done" : absl::StrCat("done: ", name);
  }
  return absl::StrCat(absl::StatusCodeToString(call.status.code()), " ",
                      client::ReasonOf(call.status));
}

std::string InWords(const Call& call) {
  return absl::StrCat(call.caller.subject, ": ", call.request->GetDescriptor()->name(), " { ",
                      call.request->GetDescriptor() == v1::ApplyCatalogRequest::descriptor()
                          ? "..."
                          : call.request->ShortDebugString(),
                      " }");
}

}  // namespace

void Counts::Add(const Counts& other) {
  calls += other.calls;
  done += other.done;
  together += other.together;
  faults += other.faults;
  crashes += other.crashes;
}

World::World(const Premises* premises, uint64_t seed, Fault fault)
    : premises_(*premises),
      fault_(fault),
      dice_(seed),
      server_dice_(seed + 1),
      clinics_(RandomTimes(dice_)),
      clock_(clinics_.begin),
      model_(v1::Catalog()),
      desk_(premises, &progress_),
      asker_(&desk_, &model_),
      inspector_(&model_),
      checkpoint_pages_(20 + static_cast<int>(dice_.Next() % 400)) {
  if (fault == Fault::kLogNotSynced) files_.LieAboutSyncs();
}

std::optional<Failure> World::Run(const std::vector<Step>& steps) {
  size_t at = 0;
  try {
    Begin();
    for (; at < steps.size() && failure_.empty(); ++at) Take(steps[at]);
    if (failure_.empty()) SendGroup();
    // What is at the end has to survive, too.
    if (failure_.empty()) Crash(Step());
  } catch (const std::exception& error) {
    Fail(error.what());
  }
  desk_.Connect(nullptr);
  server_.reset();
  if (failure_.empty()) return std::nullopt;
  return Failure{at, failure_};
}

// The catalog is applied; of random ones some are refused by its own rules.
void World::Begin() {
  Start();
  for (;;) {
    v1::ApplyCatalogRequest apply;
    *apply.mutable_catalog() = clinics_.catalog;
    std::vector<Call> calls = {MakeCall<v1::ApplyCatalogResponse>(Operator(), apply)};
    Call& call = calls.front();
    call.request_id = absl::StrCat("catalog-", ++requests_);
    SetField("request_id", call.request_id, call.request.get());
    call.time = clock_.Now();
    desk_.SendTogether(&calls);
    if (call.status.ok()) {
      Remember(call);
      break;
    }
    if (!absl::IsInvalidArgument(call.status)) tests::Succeed(call.status);
    clinics_ = RandomTimes(dice_);
    clock_.Set(clinics_.begin);
  }
  model_ = Model(clinics_.catalog);
  model_.SetTime(clock_.Now());
  Follow();
}

void World::Follow() {
  const std::string wrong = follower_.Follow(desk_, server_->store(), model_);
  if (!files_.TakeMet()) Fail(wrong);
  // That somebody looked is on record.
  server_->database().AwaitStillness();
}

void World::Start() {
  Server::Options options;
  options.premises = &premises_;
  options.clock = &clock_;
  options.random = &server_dice_;
  options.files = &files_;
  options.progress = &progress_;
  options.checkpoint_pages = checkpoint_pages_;
  options.fault = fault_;
  server_ = tests::Value(Server::Start(options));
  desk_.Connect(server_.get());
}

void World::Take(const Step& step) {
  clock_.Advance(absl::Seconds(1 + static_cast<int64_t>(step.Any(3, 20))));
  model_.SetTime(clock_.Now());
  const bool only_looks =
      step.kind == Kind::kLook || step.kind == Kind::kFollow || step.kind == Kind::kTidy;
  // The cut of the power is for whoever calls next.
  if (only_looks && crash_next_.has_value()) return;
  switch (step.kind) {
    case Kind::kRepeat:
      return Repeat(step);
    case Kind::kLook:
      return Look(step);
    case Kind::kFollow:
      return Follow();
    case Kind::kWait:
      return Wait(step);
    case Kind::kTidy:
      return Tidy();
    case Kind::kFail:
      Tell("a write or a sync will fail");
      return files_.FailOnce(
          step.Chance(0, 2) ? MemoryFiles::Operation::kWrite : MemoryFiles::Operation::kSync,
          static_cast<int>(step.Any(1, 12)));
    case Kind::kFillDisk:
      Tell("the disk is full");
      until_healed_ = 1 + static_cast<int>(step.Any(0, 4));
      return files_.FillUp();
    case Kind::kCutPower:
      Tell("the power will be cut");
      files_.CutPower(static_cast<int>(step.Any(0, 40)));
      crash_next_ = step;
      return;
    case Kind::kCrash:
      return Crash(step);
    default:
      return TakeCall(step);
  }
}

void World::Wait(const Step& step) {
  static constexpr int kMinutes[] = {1, 5, 11, 45, 180, 720};
  clock_.Advance(absl::Minutes(kMinutes[step.Any(0, 6)]));
  Tell(absl::StrCat("it is ", tests::Local(clock_.Now())));
}

void World::TakeCall(const Step& step) {
  std::optional<Call> call = asker_.Ask(step, clock_.Now());
  // A search that failed with the store has found nothing wrong.
  Fail(asker_.TakeWrong());
  if (call.has_value()) Add(step, *std::move(call));
}

// What was sent lately is sent again, whatever came of it.
void World::Repeat(const Step& step) {
  if (sent_.empty()) return;
  const Call& before = sent_[step.Any(0, sent_.size())];
  if (clock_.Now() - before.time > kRepeatedWithin) return;
  Call call = before.again();
  call.request_id = before.request_id;
  Add(step, std::move(call));
}

void World::Add(const Step& step, Call call) {
  if (call.request_id.empty() && !OnlyAsks(call)) {
    if (step.kind == Kind::kReuseId) call.request_id = UsedId(step, call.caller);
    if (call.request_id.empty()) call.request_id = absl::StrCat("request-", ++requests_);
    SetField("request_id", call.request_id, call.request.get());
  }
  if (step.Chance(3, 15, 65536)) {
    late_.push_back(std::move(call));
    return;
  }
  group_.push_back(std::move(call));
  if (!late_.empty() && step.Chance(3, 3, 65536)) {
    group_.push_back(late_.front());
    late_.erase(late_.begin());
  }
  if (!step.with_next || group_.size() >= kGroupMax) SendGroup();
}

// One that the caller has used lately; empty: none.
std::string World::UsedId(const Step& step, const Model::Caller& caller) const {
  std::vector<std::string> own;
  for (const Call& call : sent_) {
    if (call.caller.subject == caller.subject) own.push_back(call.request_id);
  }
  return own.empty() ? "" : own[step.Any(0, own.size(), 8192)];
}

void World::SendGroup() {
  std::vector<Call> calls;
  calls.swap(group_);
  if (calls.empty()) return;
  for (Call& call : calls) call.time = clock_.Now();
  model_.SetTime(clock_.Now());
  files_.TakeMet();
  desk_.SendTogether(&calls);
  met_fault_ = files_.TakeMet();
  counts_.faults += met_fault_ ? 1 : 0;
  counts_.calls += static_cast<int64_t>(calls.size());
  if (calls.size() > 1) counts_.together += static_cast<int64_t>(calls.size());
  if (calls.size() > 1) Tell("together:");
  for (Call& call : calls) {
    if (failure_.empty()) Judge(&call);
  }
  if (failure_.empty() && crash_next_.has_value()) {
    const Step step = *std::exchange(crash_next_, std::nullopt);
    return Crash(step);
  }
  if (until_healed_ > 0 && --until_healed_ == 0) files_.Heal();
  if (failure_.empty() && !met_fault_) CheckTouched(calls);
  if (failure_.empty() && (met_fault_ || ++unchecked_ >= kGroupsBetweenChecks)) CheckAll();
}

void World::Judge(Call* call) {
  Tell(absl::StrCat(InWords(*call), " -> ", Outcome(*call)));
  if (absl::IsUnavailable(call->status)) return JudgeUnanswered(*call);
  const auto done = done_.find(call->request_id);
  if (!call->request_id.empty() && done != done_.end()) return JudgeAgain(*call, done->second);
  const std::string wrong = call->tell(&model_, call->status);
  if (!wrong.empty()) return FailAt(*call, wrong);
  if (call->status.ok() && !call->request_id.empty()) {
    ++counts_.done;
    Remember(*call);
  }
  if (call->request_id.empty()) return;
  sent_.push_back(*call);
  if (sent_.size() > kSentKept) sent_.erase(sent_.begin());
}

void World::JudgeUnanswered(const Call& call) {
  if (!met_fault_) return FailAt(call, absl::StrCat("no fault, but ", call.status.ToString()));
  if (call.request_id.empty() || done_.count(call.request_id) > 0) return;
  unanswered_.push_back(call);
  sent_.push_back(call);
}

void World::JudgeAgain(const Call& call, const Done& done) {
  if (call.request->SerializeAsString() != done.request) {
    if (call.status.ok() || absl::IsInternal(call.status)) {
      FailAt(call, "was done under a request id that is used");
    }
    return;
  }
  if (!call.status.ok() || call.reply->SerializeAsString() != done.answer) {
    FailAt(call, absl::StrCat("was answered otherwise when it was sent again: ",
                              call.status.ToString(), " ", call.reply->ShortDebugString()));
  }
}

void World::Remember(const Call& call) {
  done_[call.request_id] = {call.request->SerializeAsString(), call.reply->SerializeAsString(),
                            call.time};
  unanswered_.erase(
      std::remove_if(unanswered_.begin(), unanswered_.end(),
                     [&](const Call& other) { return other.request_id == call.request_id; }),
      unanswered_.end());
}

void World::CheckTouched(const std::vector<Call>& calls) {
  std::set<std::string> owners;
  std::set<std::string> takers;
  for (const Call& call : calls) {
    if (!call.status.ok() || OnlyAsks(call)) continue;
    const std::string given = Field(*call.reply, "name");
    for (const std::string& name :
         {given, Field(*call.request, "name"), Field(*call.request, "hold")}) {
      if (OwnsTime(name)) owners.insert(name);
    }
    // One that was only sent again took nothing now.
    if (TakesTime(call) && done_.at(call.request_id).time == call.time) takers.insert(given);
  }
  Fail(inspector_.CheckOwners(server_->store(), owners, takers));
}

void World::CheckAll() {
  unchecked_ = 0;
  model_.SetTime(clock_.Now());
  std::map<std::string, absl::Time> done;
  for (const auto& [id, request] : done_) done[id] = request.time;
  Fail(inspector_.CheckAll(server_->store(), done, clock_.Now() - kRepliesKept));
}

void World::Look(const Step& step) {
  if (!model_.visits().empty()) {
    auto visit = model_.visits().begin();
    std::advance(visit, static_cast<ptrdiff_t>(step.Any(0, model_.visits().size())));
    const auto found = desk_.Read<v1::Appointment>(Staff(), tests::Get(visit->first));
    ++counts_.calls;
    if (found.ok() && found->state() != visit->second.appointment.state()) {
      Fail(absl::StrCat("a visit is shown as ", found->ShortDebugString()));
    }
  }
  for (const auto& [name, order] : model_.orders()) {
    v1::GetOrderRequest request;
    request.set_name(name);
    const auto found = desk_.Read<v1::Order>(Service(), request);
    ++counts_.calls;
    if (found.ok() && found->units_consumed() != model_.UnitsConsumed(order)) {
      Fail(absl::StrCat("an order counts its visits wrong: ", found->ShortDebugString()));
    }
  }
}

void World::Tidy() {
  Tell("tidied up");
  server_->Tick();
  server_->database().AwaitStillness();
  const absl::Status tidied = server_->Tidy();
  server_->database().AwaitStillness();
  if (files_.TakeMet()) {
    ++counts_.faults;
  } else if (!tidied.ok()) {
    Fail(absl::StrCat("tidying up fails: ", tidied.ToString()));
  }
}

void World::Crash(const Step& step) {
  static constexpr MemoryFiles::Survival kSurvivals[] = {MemoryFiles::Survival::kSynced,
                                                         MemoryFiles::Survival::kWritten,
                                                         MemoryFiles::Survival::kAnyOfIt};
  Tell("the machine stops, and starts again");
  ++counts_.crashes;
  base::SeededRandom random(step.dice[2]);
  files_.Crash(kSurvivals[step.Any(1, 3)], random);
  until_healed_ = 0;
  crash_next_.reset();
  desk_.Connect(nullptr);
  server_.reset();
  Start();
  Resolve();
  if (failure_.empty()) CheckAll();
}

void World::Resolve() {
  static constexpr storage::Sql kReply{"SELECT reply FROM request_reply WHERE request_id = $1"};
  std::vector<Call> calls;
  calls.swap(unanswered_);
  for (const Call& call : calls) {
    bool was_done = false;
    tests::Succeed(server_->store().ReadAndWait([&](storage::Transaction& transaction) {
      return transaction.Query(kReply, {storage::Value::Text(call.request_id)},
                               [&](const storage::Row& row) {
                                 was_done = call.reply->ParseFromString(std::string(row.Text(0)));
                                 return absl::OkStatus();
                               });
    }));
    if (!was_done || done_.count(call.request_id) > 0) continue;
    Tell(absl::StrCat("was done, though nobody was told: ", InWords(call)));
    model_.SetTime(call.time);
    const std::string wrong = call.tell(&model_, absl::OkStatus());
    if (!wrong.empty()) return FailAt(call, absl::StrCat("after a crash ", wrong));
    Remember(call);
  }
  model_.SetTime(clock_.Now());
}

void World::Tell(std::string line) {
  for (const char c : line) {
    digest_ ^= static_cast<unsigned char>(c);
    digest_ *= 1099511628211u;
  }
  story_.push_back(std::move(line));
}

void World::FailAt(const Call& call, absl::string_view what) {
  Fail(absl::StrCat(what, "\n  ", InWords(call)));
}

void World::Fail(const std::string& what) {
  if (failure_.empty()) failure_ = what;
}

}  // namespace clarity::simulation
