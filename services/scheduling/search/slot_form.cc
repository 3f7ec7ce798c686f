#include "services/scheduling/search/slot_form.h"

#include <cassert>

namespace clarity::scheduling {
namespace {

using calendar::Tick;

// From 1978 to 3058 the seconds since the epoch are written in as many bytes.
constexpr size_t kSecondsBytes = 5;
constexpr int kBitsAByte = 7;
constexpr int64_t kTickSeconds = calendar::kTickMinutes * 60;
constexpr Tick kAnyTick = 6'000'000;  // in those years

void SetTick(Tick tick, char* at) {
  auto seconds = static_cast<uint64_t>(tick * kTickSeconds);
  assert(seconds >> (kBitsAByte * kSecondsBytes) == 0);
  for (size_t i = 0; i + 1 < kSecondsBytes; ++i, seconds >>= kBitsAByte) {
    at[i] = static_cast<char>(seconds | 0x80);
  }
  at[kSecondsBytes - 1] = static_cast<char>(seconds);
}

Tick TickAt(const char* at) {
  uint64_t seconds = 0;
  for (size_t i = kSecondsBytes; i-- > 0;) {
    seconds = seconds << kBitsAByte | (static_cast<uint64_t>(at[i]) & 0x7f);
  }
  return static_cast<Tick>(seconds) / kTickSeconds;
}

std::string BytesOf(const Placement& placement) {
  v1::Slot slot;
  Describe(placement, &slot);
  return slot.SerializeAsString();
}

}  // namespace

SlotForm::SlotForm(const std::shared_ptr<const catalog::Snapshot>& snapshot,
                   const catalog::VisitPlan& plan) {
  Placement placement{snapshot, &plan, kAnyTick, {}, false};
  shared_ = BytesOf(placement);
  // Of two slots a tick apart the bytes differ where the times are, from their first byte on: the
  // seconds of a tick are no multiple of what a byte holds.
  static_assert(kTickSeconds % (1 << kBitsAByte) != 0, "the lowest byte changes");
  ++placement.start;
  const std::string later = BytesOf(placement);
  assert(later.size() == shared_.size());
  for (size_t i = 0; i < shared_.size(); ++i) {
    if (shared_[i] == later[i]) continue;
    times_.push_back({i, TickAt(&shared_[i]) - kAnyTick});
    i += kSecondsBytes - 1;
  }
  // Whose parts follow: bytes of messages, one after the other, are those of all they say.
  for (const catalog::VisitPlan::PlanNeed& need : plan.needs) {
    for (const int candidate : need.candidates) {
      for (const bool pinned : {false, true}) {
        const int resource = plan.resources[static_cast<size_t>(candidate)];
        placement.units = {{need.index, resource, pinned}};
        v1::Slot described, part;
        Describe(placement, &described);
        part.mutable_assignments()->Swap(described.mutable_assignments());
        assignments_[{need.index, resource, pinned}] = part.SerializeAsString();
      }
    }
  }
}

std::string SlotForm::Fill(const Placement& placement) const {
  constexpr size_t kAssignmentBytesUsual = 96;
  std::string bytes;
  bytes.reserve(shared_.size() + placement.units.size() * kAssignmentBytesUsual);
  bytes = shared_;
  for (const TimeAt& time : times_) SetTick(placement.start + time.offset, &bytes[time.position]);
  for (const Placement::Unit& unit : placement.units) {
    bytes += assignments_.at({unit.need, unit.resource, unit.pinned});
  }
  return bytes;
}

std::shared_ptr<const SlotForm> SlotForms::Of(
    const std::shared_ptr<const catalog::Snapshot>& snapshot, const catalog::VisitPlan& plan) {
  base::MutexLock lock(&mutex_);
  if (version_ != snapshot->version()) {
    forms_.clear();
    version_ = snapshot->version();
  }
  std::shared_ptr<const SlotForm>& form = forms_[{plan.visit_type, plan.clinic, plan.modality}];
  if (form == nullptr) form = std::make_shared<SlotForm>(snapshot, plan);
  return form;
}

}  // namespace clarity::scheduling
