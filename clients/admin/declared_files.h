#ifndef CLARITY_CLIENTS_ADMIN_DECLARED_FILES_H_
#define CLARITY_CLIENTS_ADMIN_DECLARED_FILES_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace clarity::client {

// A message declared in text files (*.textproto, each any part of it), that remembers where each
// part was declared.
class DeclaredFiles {
 public:
  // Reads a file, or every *.textproto of a directory in the order of their names. INVALID_ARGUMENT
  // lists everything wrong, a line each: "file:line:column: reason". Nothing may be declared twice.
  // `type`: of which type the message is. `request_field`: what it is called in the request that it
  // is sent with: "catalog".
  static absl::StatusOr<DeclaredFiles> Read(const std::string& path,
                                            const google::protobuf::Message& type,
                                            absl::string_view request_field);

  const google::protobuf::Message& message() const { return *message_; }
  const std::vector<std::string>& file_names() const { return file_names_; }

  // "file:line" of what a field path of the request names, as BadRequest gives them:
  // "catalog.resources[3].availability[0].recurrence". Of the closest thing around it, when it is
  // not in the files itself; empty when there is none.
  std::string Locate(absl::string_view field_path) const;

 private:
  // Where one part was declared.
  struct Origin {
    size_t file;
    int index;  // in that file; -1: of a field that is there once
  };

  std::string At(size_t file, google::protobuf::TextFormat::ParseLocation location) const;
  void ReadFile(const std::string& file_name, std::vector<std::string>* errors);
  void Merge(size_t file, const google::protobuf::Message& part, std::vector<std::string>* errors);
  const Origin* FindOrigin(const google::protobuf::FieldDescriptor* field, int index) const;

  std::unique_ptr<google::protobuf::Message> message_;
  std::string request_field_;
  std::vector<std::string> file_names_;
  std::vector<std::unique_ptr<google::protobuf::TextFormat::ParseInfoTree>> trees_;  // one a file
  // For each field of the message: where its items came from, in their order.
  std::map<const google::protobuf::FieldDescriptor*, std::vector<Origin>> origins_;
  // "file:line" by field and name.
  std::map<std::pair<const google::protobuf::FieldDescriptor*, std::string>, std::string> declared_;
};

// Writes parts of a message, by file name, as files that Read() takes. Refused where the directory
// has other *.textproto files: read together with these, everything would be declared twice.
absl::Status WriteDeclaredFiles(
    const std::map<std::string, const google::protobuf::Message*>& parts,
    const std::string& directory);

// The message as one text, as Read() takes it; empty where nothing is in it.
std::string DeclaredText(const google::protobuf::Message& message);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_ADMIN_DECLARED_FILES_H_
