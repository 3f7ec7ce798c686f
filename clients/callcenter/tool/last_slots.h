#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_LAST_SLOTS_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_LAST_SLOTS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clarity/scheduling/v1/slot.pb.h"
#include "clients/terminal/console.h"

namespace clarity::client {

// A slot that was shown, and the hold that keeps it since.
struct ShownSlot {
  scheduling::v1::Slot slot;
  std::string hold;  // "holds/{hold}"; empty: none
};

// The slots shown last, so that `hold 2` and `book 2` mean what stands on the screen. Between
// commands they are kept in a file that only its owner may read; it says nothing about any patient.
// A session keeps its own in memory: another terminal shows other slots.
class LastSlots {
 public:
  // "$XDG_STATE_HOME/clarity/last-slots", or under ~/.local/state.
  static std::string DefaultPath(const Console& console);

  LastSlots() = default;  // in memory
  // The slots of one server are not those of another.
  LastSlots(std::string path, std::string server)
      : path_(std::move(path)), server_(std::move(server)) {}

  absl::Status Save(const std::vector<ShownSlot>& slots);
  // Number 1 is the first. NOT_FOUND with what to do when nothing has this number.
  absl::StatusOr<ShownSlot> Get(int number) const;
  // Remembers a hold on a slot, or with an empty one that it is gone.
  absl::Status SetHold(int number, absl::string_view hold);
  // 0 when no slot is kept by this hold.
  int NumberOfHold(absl::string_view hold) const;

 private:
  std::vector<ShownSlot> Load() const;

  std::string path_;  // empty: in memory
  std::string server_;
  std::vector<ShownSlot> in_memory_;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_LAST_SLOTS_H_
