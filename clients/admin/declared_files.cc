#include "clients/admin/declared_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/io/tokenizer.h"

namespace clarity::client {
namespace {

namespace fs = std::filesystem;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

constexpr char kSuffix[] = ".textproto";

// Collects what the parser finds, lines and columns counted from one as editors do.
class ErrorList final : public google::protobuf::io::ErrorCollector {
 public:
  ErrorList(const std::string& file_name, std::vector<std::string>* errors)
      : file_name_(file_name), errors_(errors) {}
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    errors_->push_back(absl::StrCat(file_name_, ":", line + 1, ":", column + 1, ": ", message));
  }

 private:
  const std::string& file_name_;
  std::vector<std::string>* const errors_;
};

// One step of a field path: "availability[0]".
struct Step {
  std::string name;
  int index = -1;  // -1: without one
};

Step ParseStep(absl::string_view text) {
  Step step;
  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::ByAnyChar("[]"));
  step.name = std::string(parts[0]);
  if (parts.size() > 1 && !absl::SimpleAtoi(parts[1], &step.index)) step.index = -1;
  return step;
}

// What people tell a part from others by: its name, id or code; of a field that is there once, the
// field's own.
std::string NameOf(const Message& message, const FieldDescriptor* field, int index) {
  const auto* reflection = message.GetReflection();
  if (!field->is_repeated()) return field->name();
  if (field->message_type() == nullptr) {
    return reflection->GetRepeatedString(message, field, index);
  }
  const Message& item = reflection->GetRepeatedMessage(message, field, index);
  for (const char* key : {"name", "id", "code"}) {
    const FieldDescriptor* name = field->message_type()->FindFieldByName(key);
    if (name != nullptr) return item.GetReflection()->GetString(item, name);
  }
  return "";
}

absl::StatusOr<std::vector<std::string>> FilesAt(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    if (absl::EndsWith(entry.path().string(), kSuffix)) files.push_back(entry.path());
  }
  if (files.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, " has no *", kSuffix, " files"));
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string Print(const Message& message) {
  TextFormat::Printer printer;
  printer.SetUseShortRepeatedPrimitives(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(message, &text);
  return text;
}

std::string HeaderOf(const Message& message) {
  const auto* type = message.GetDescriptor();
  return absl::StrCat("# proto-file: ", type->file()->name(),
                      "\n# proto-message: ", type->full_name(), "\n\n");
}

// Other files that Read() would take together with those we write.
std::vector<std::string> OtherFiles(const std::string& directory,
                                    const std::map<std::string, const Message*>& ours) {
  std::vector<std::string> others;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename();
    if (absl::EndsWith(name, kSuffix) && ours.count(name) == 0) others.push_back(name);
  }
  std::sort(others.begin(), others.end());
  return others;
}

}  // namespace

absl::StatusOr<DeclaredFiles> DeclaredFiles::Read(const std::string& path, const Message& type,
                                                  absl::string_view request_field) {
  absl::StatusOr<std::vector<std::string>> file_names = FilesAt(path);
  if (!file_names.ok()) return file_names.status();
  DeclaredFiles files;
  files.message_.reset(type.New());
  files.request_field_ = std::string(request_field);
  std::vector<std::string> errors;
  for (const std::string& file_name : *file_names) files.ReadFile(file_name, &errors);
  if (!errors.empty()) return absl::InvalidArgumentError(absl::StrJoin(errors, "\n"));
  return files;
}

void DeclaredFiles::ReadFile(const std::string& file_name, std::vector<std::string>* errors) {
  std::ifstream file(file_name);
  if (!file) {
    errors->push_back(absl::StrCat(file_name, ": cannot be read: ", std::strerror(errno)));
    return;
  }
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  file_names_.push_back(file_name);
  trees_.push_back(std::make_unique<TextFormat::ParseInfoTree>());

  ErrorList collector(file_name, errors);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&collector);
  parser.WriteLocationsTo(trees_.back().get());
  const std::unique_ptr<Message> part(message_->New());
  if (parser.ParseFromString(text, part.get())) Merge(file_names_.size() - 1, *part, errors);
}

void DeclaredFiles::Merge(size_t file, const Message& part, std::vector<std::string>* errors) {
  const auto* reflection = part.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(part, &fields);
  for (const FieldDescriptor* field : fields) {
    const int size = field->is_repeated() ? reflection->FieldSize(part, field) : 1;
    for (int i = 0; i < size; ++i) {
      const int index = field->is_repeated() ? i : -1;
      const std::string name = NameOf(part, field, i);
      const std::string here = At(file, trees_[file]->GetLocation(field, index));
      const auto [earlier, is_new] = declared_.emplace(std::make_pair(field, name), here);
      if (!is_new) {
        errors->push_back(
            absl::StrCat(here, ": ", name, " is declared twice; first at ", earlier->second));
      }
      origins_[field].push_back({file, index});
    }
  }
  message_->MergeFrom(part);
}

std::string DeclaredFiles::At(size_t file, TextFormat::ParseLocation location) const {
  return absl::StrCat(file_names_[file], ":", location.line + 1);
}

const DeclaredFiles::Origin* DeclaredFiles::FindOrigin(const FieldDescriptor* field,
                                                       int index) const {
  const auto origins = origins_.find(field);
  if (origins == origins_.end()) return nullptr;
  if (!field->is_repeated()) return &origins->second[0];
  const bool is_there = index >= 0 && index < static_cast<int>(origins->second.size());
  return is_there ? &origins->second[static_cast<size_t>(index)] : nullptr;
}

std::string DeclaredFiles::Locate(absl::string_view field_path) const {
  std::vector<absl::string_view> steps = absl::StrSplit(field_path, '.');
  if (steps.size() < 2 || steps[0] != request_field_) return "";
  const Step top = ParseStep(steps[1]);
  const FieldDescriptor* field = message_->GetDescriptor()->FindFieldByName(top.name);
  const Origin* origin = FindOrigin(field, top.index);
  if (origin == nullptr) return "";

  int index = origin->index;
  TextFormat::ParseInfoTree* tree = trees_[origin->file].get();
  const auto location_of = [&] {
    const TextFormat::ParseLocation location = tree->GetLocation(field, index);
    // Of a list in brackets the parser keeps only where it begins.
    return location.line < 0 && index > 0 ? tree->GetLocation(field, 0) : location;
  };
  TextFormat::ParseLocation location = location_of();
  for (size_t i = 2; i < steps.size() && field->message_type() != nullptr; ++i) {
    tree = tree->GetTreeForNested(field, index);
    const Step step = ParseStep(steps[i]);
    field = field->message_type()->FindFieldByName(step.name);
    if (tree == nullptr || field == nullptr) break;
    index = field->is_repeated() ? std::max(step.index, 0) : -1;
    const TextFormat::ParseLocation inner = location_of();
    if (inner.line < 0) break;
    location = inner;
  }
  return At(origin->file, location);
}

absl::Status WriteDeclaredFiles(const std::map<std::string, const Message*>& parts,
                                const std::string& directory) {
  const std::vector<std::string> others = OtherFiles(directory, parts);
  if (!others.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(directory, " has other *", kSuffix,
                                                      " files (", absl::StrJoin(others, ", "),
                                                      "): export to an empty directory"));
  }
  std::error_code error;
  fs::create_directories(directory, error);
  for (const auto& [name, part] : parts) {
    const std::string path = absl::StrCat(directory, "/", name);
    std::ofstream file(path, std::ios::trunc);
    file << HeaderOf(*part) << Print(*part);
    if (!file.flush()) {
      return absl::FailedPreconditionError(
          absl::StrCat("cannot write ", path, ": ", std::strerror(errno)));
    }
  }
  return absl::OkStatus();
}

std::string DeclaredText(const Message& message) {
  const std::string text = Print(message);
  return text.empty() ? "" : absl::StrCat(HeaderOf(message), text);
}

}  // namespace clarity::client
