#include "clients/admin/catalog_files.h"

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
using scheduling::v1::Catalog;

constexpr char kSuffix[] = ".textproto";
constexpr char kHeader[] =
    "# proto-file: clarity/scheduling/v1/catalog.proto\n"
    "# proto-message: clarity.scheduling.v1.Catalog\n\n";

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

std::string NameOf(const Message& message) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName("name");
  return message.GetReflection()->GetString(message, field);
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

Catalog WithoutEtags(Catalog catalog) {
  for (auto& clinic : *catalog.mutable_clinics()) clinic.clear_etag();
  for (auto& resource : *catalog.mutable_resources()) resource.clear_etag();
  for (auto& visit_type : *catalog.mutable_visit_types()) visit_type.clear_etag();
  return catalog;
}

std::string Print(const Catalog& catalog) {
  TextFormat::Printer printer;
  printer.SetUseShortRepeatedPrimitives(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(catalog, &text);
  return text;
}

// Other files that Read() would take together with the three we write.
std::vector<std::string> OtherFiles(const std::string& directory,
                                    const std::map<std::string, Catalog>& ours) {
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

absl::StatusOr<CatalogFiles> CatalogFiles::Read(const std::string& path) {
  absl::StatusOr<std::vector<std::string>> file_names = FilesAt(path);
  if (!file_names.ok()) return file_names.status();
  CatalogFiles files;
  std::vector<std::string> errors;
  for (const std::string& file_name : *file_names) files.ReadFile(file_name, &errors);
  if (!errors.empty()) return absl::InvalidArgumentError(absl::StrJoin(errors, "\n"));
  return files;
}

void CatalogFiles::ReadFile(const std::string& file_name, std::vector<std::string>* errors) {
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
  Catalog part;
  if (parser.ParseFromString(text, &part)) Merge(file_names_.size() - 1, part, errors);
}

void CatalogFiles::Merge(size_t file, const Catalog& part, std::vector<std::string>* errors) {
  const auto* reflection = part.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(part, &fields);
  for (const FieldDescriptor* field : fields) {
    for (int i = 0; i < reflection->FieldSize(part, field); ++i) {
      const Message& item = reflection->GetRepeatedMessage(part, field, i);
      const std::string here = At(file, trees_[file]->GetLocation(field, i));
      const auto [earlier, is_new] = declared_.emplace(NameOf(item), here);
      if (!is_new) {
        errors->push_back(absl::StrCat(here, ": ", NameOf(item), " is declared twice; first at ",
                                       earlier->second));
      }
      origins_[field].push_back({file, i});
    }
  }
  catalog_.MergeFrom(part);
}

std::string CatalogFiles::At(size_t file, TextFormat::ParseLocation location) const {
  return absl::StrCat(file_names_[file], ":", location.line + 1);
}

std::string CatalogFiles::Locate(absl::string_view field_path) const {
  std::vector<absl::string_view> steps = absl::StrSplit(field_path, '.');
  if (steps.size() < 2 || steps[0] != "catalog") return "";
  const Step top = ParseStep(steps[1]);
  const auto origins = origins_.find(Catalog::descriptor()->FindFieldByName(top.name));
  if (origins == origins_.end() || top.index < 0 ||
      top.index >= static_cast<int>(origins->second.size())) {
    return "";
  }
  const Origin& origin = origins->second[static_cast<size_t>(top.index)];

  const FieldDescriptor* field = origins->first;
  int index = origin.index;
  TextFormat::ParseInfoTree* tree = trees_[origin.file].get();
  TextFormat::ParseLocation location = tree->GetLocation(field, index);
  for (size_t i = 2; i < steps.size() && field->message_type() != nullptr; ++i) {
    tree = tree->GetTreeForNested(field, index);
    const Step step = ParseStep(steps[i]);
    field = field->message_type()->FindFieldByName(step.name);
    if (tree == nullptr || field == nullptr) break;
    index = field->is_repeated() ? std::max(step.index, 0) : -1;
    TextFormat::ParseLocation inner = tree->GetLocation(field, index);
    // Of a list in brackets the parser keeps only where it begins.
    if (inner.line < 0 && index > 0) inner = tree->GetLocation(field, 0);
    if (inner.line < 0) break;
    location = inner;
  }
  return At(origin.file, location);
}

absl::Status WriteCatalogFiles(const Catalog& catalog, const std::string& directory) {
  Catalog whole = WithoutEtags(catalog);
  std::map<std::string, Catalog> files;
  files["clinics.textproto"].mutable_clinics()->Swap(whole.mutable_clinics());
  files["resources.textproto"].mutable_resources()->Swap(whole.mutable_resources());
  files["visit_types.textproto"].mutable_visit_types()->Swap(whole.mutable_visit_types());

  const std::vector<std::string> others = OtherFiles(directory, files);
  if (!others.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(directory, " has other catalog files (",
                                                      absl::StrJoin(others, ", "),
                                                      "): export to an empty directory"));
  }
  std::error_code error;
  fs::create_directories(directory, error);
  for (const auto& [name, part] : files) {
    const std::string path = absl::StrCat(directory, "/", name);
    std::ofstream file(path, std::ios::trunc);
    file << kHeader << Print(part);
    if (!file.flush()) {
      return absl::FailedPreconditionError(
          absl::StrCat("cannot write ", path, ": ", std::strerror(errno)));
    }
  }
  return absl::OkStatus();
}

std::string CatalogText(const Catalog& catalog) {
  const std::string text = Print(WithoutEtags(catalog));
  return text.empty() ? "" : absl::StrCat(kHeader, text);
}

}  // namespace clarity::client
