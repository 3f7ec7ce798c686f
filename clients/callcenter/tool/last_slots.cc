#include "clients/callcenter/tool/last_slots.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

namespace clarity::client {
namespace {

namespace fs = std::filesystem;
using google::protobuf::util::JsonStringToMessage;
using google::protobuf::util::MessageToJsonString;
using nlohmann::json;

absl::Status Failed(const std::string& path) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot write ", path, ": ", std::strerror(errno)));
}

// Whole or not at all: another command may be reading it.
absl::Status Replace(const std::string& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  const std::string temporary = absl::StrCat(path, ".", getpid());
  const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return Failed(temporary);
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (close(file) != 0 || !written) return Failed(temporary);
  return std::rename(temporary.c_str(), path.c_str()) == 0 ? absl::OkStatus() : Failed(path);
}

}  // namespace

std::string LastSlots::DefaultPath(const Console& console) {
  std::string state = console.variable("XDG_STATE_HOME");
  if (state.empty()) state = console.variable("HOME") + "/.local/state";
  return state + "/clarity/last-slots";
}

absl::Status LastSlots::Save(const std::vector<ShownSlot>& slots) {
  if (path_.empty()) {
    in_memory_ = slots;
    return absl::OkStatus();
  }
  json entries = json::array();
  for (const ShownSlot& shown : slots) {
    std::string text;
    const auto printed = MessageToJsonString(shown.slot, &text);
    if (!printed.ok()) return absl::InternalError(std::string(printed.message()));
    entries.push_back({{"slot", json::parse(text)}, {"hold", shown.hold}});
  }
  return Replace(path_, json{{"server", server_}, {"slots", entries}}.dump());
}

std::vector<ShownSlot> LastSlots::Load() const {
  if (path_.empty()) return in_memory_;
  std::ifstream file(path_);
  const json document = json::parse(file, nullptr, /*allow_exceptions=*/false);
  // Missing, damaged or of another server: then nothing has been shown.
  if (!document.is_object() || document.value("server", "") != server_) return {};
  std::vector<ShownSlot> slots;
  for (const json& entry : document.value("slots", json::array())) {
    ShownSlot shown;
    if (!entry.contains("slot") || !JsonStringToMessage(entry["slot"].dump(), &shown.slot).ok()) {
      return {};
    }
    shown.hold = entry.value("hold", "");
    slots.push_back(std::move(shown));
  }
  return slots;
}

absl::StatusOr<ShownSlot> LastSlots::Get(int number) const {
  std::vector<ShownSlot> slots = Load();
  if (number >= 1 && number <= static_cast<int>(slots.size())) {
    return slots[static_cast<size_t>(number - 1)];
  }
  return absl::NotFoundError(slots.empty()
                                 ? "no slots have been shown yet: search with 'slots' first"
                                 : absl::StrCat("there is no slot ", number,
                                                ": the last search showed 1 to ", slots.size()));
}

absl::Status LastSlots::SetHold(int number, absl::string_view hold) {
  std::vector<ShownSlot> slots = Load();
  if (number < 1 || number > static_cast<int>(slots.size())) return absl::OkStatus();
  slots[static_cast<size_t>(number - 1)].hold = std::string(hold);
  return Save(slots);
}

int LastSlots::NumberOfHold(absl::string_view hold) const {
  const std::vector<ShownSlot> slots = Load();
  for (size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].hold == hold) return static_cast<int>(i) + 1;
  }
  return 0;
}

}  // namespace clarity::client
