#include "tests/history/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "clients/core/errors.h"
#include "google/protobuf/util/json_util.h"

namespace clarity::history {
namespace {

// Field names as in the proto files.
std::string Json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) throw std::runtime_error("no JSON of a message");
  return json;
}

// "BookAppointment" of its request, BookAppointmentRequest.
absl::string_view MethodOf(const google::protobuf::Message& request) {
  return absl::StripSuffix(request.GetDescriptor()->name(), "Request");
}

}  // namespace

Journal::Journal(const std::string& directory, absl::string_view name)
    : file_(open(absl::StrCat(directory, "/", name, ".jsonl").c_str(),
                 O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
  if (file_ < 0) throw std::runtime_error(absl::StrCat("no journal can be kept in ", directory));
}

Journal::~Journal() { close(file_); }

void Journal::Ask(absl::string_view id, const google::protobuf::Message& request) {
  Write(absl::StrCat("\"ask\":\"", MethodOf(request), "\",\"id\":\"", id,
                     "\",\"request\":", Json(request)));
}

void Journal::Tell(const google::protobuf::Message& message) {
  Write(absl::StrCat("\"told\":", Json(message)));
}

void Journal::WriteAnswer(absl::string_view id, const absl::Status& status,
                          const google::protobuf::Message* reply) {
  std::string line = absl::StrCat("\"answer\":\"", absl::StatusCodeToString(status.code()),
                                  "\",\"id\":\"", id, "\"");
  if (reply != nullptr) {
    absl::StrAppend(&line, ",\"reply\":", Json(*reply));
  } else {
    absl::StrAppend(&line, ",\"reason\":\"", client::ReasonOf(status), "\"");
  }
  Write(line);
}

// Every process of the machine has the same clock.
void Journal::Write(absl::string_view what) {
  const std::string line =
      absl::StrCat("{\"time\":", absl::ToUnixMicros(absl::Now()), ",", what, "}\n");
  if (write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    throw std::runtime_error("the journal cannot be written");
  }
}

}  // namespace clarity::history
