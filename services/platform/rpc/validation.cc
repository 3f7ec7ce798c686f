#include "services/platform/rpc/validation.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clarity/options/v1/options.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "re2/re2.h"
#include "services/platform/base/limits.h"
#include "services/platform/rpc/visible.h"

namespace clarity::rpc {
namespace {

using base::Violation;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using options::v1::FieldRule;

// 1900-01-01 to 2200-01-01: outside of it a time is a mistake, whatever it is the time of.
constexpr int64_t kFirstSecond = -2'208'988'800;
constexpr int64_t kEndSecond = 7'258'118'400;
constexpr int64_t kDurationSecondsMax = 366 * 86'400;
constexpr int32_t kNanosMax = 999'999'999;

bool IsResourceId(absl::string_view id) {
  if (id.empty() || id.size() > 63 || id[0] == '-') return false;
  for (char c : id) {
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') return false;
  }
  return true;
}

bool IsText(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

bool IsNumber(const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return true;
    default:
      return false;
  }
}

// Where the checker is: a chain on the stack, written out only when there is a violation.
struct Place {
  const Place* parent;
  const FieldDescriptor* field;
  int index;  // -1: the field as a whole

  std::string ToString() const {
    std::string path =
        parent == nullptr ? field->name() : absl::StrCat(parent->ToString(), ".", field->name());
    if (index >= 0) absl::StrAppend(&path, "[", index, "]");
    return path;
  }
};

}  // namespace

struct Validator::FieldRules {
  const FieldDescriptor* field = nullptr;
  FieldRule rule;
  size_t bytes_max = 0;
  int items_max = 0;
  std::unique_ptr<const RE2> pattern;
  std::string resource_prefix;  // "clinics/"; empty: no resource name
  bool is_ranged = false;
  bool zero_is_a_choice = false;
  // A text that says something; names and patterns see to it themselves.
  bool is_words = false;
  // The rules of what it holds; null for scalars and well-known types.
  const MessageRules* message = nullptr;
};

struct Validator::MessageRules {
  std::vector<FieldRules> fields;
};

// Turns the options of all messages that requests can hold into rules, once.
class RuleCompiler {
 public:
  explicit RuleCompiler(Validator* validator) : validator_(*validator) {}

  const Validator::MessageRules* Compile(const Descriptor* message) {
    auto [place, is_new] = validator_.by_message_.try_emplace(message);
    if (!is_new) return place->second.get();
    place->second = std::make_unique<Validator::MessageRules>();
    // The map may grow below; what it points to stays where it is.
    Validator::MessageRules* const rules = place->second.get();
    for (int i = 0; i < message->field_count(); ++i) {
      rules->fields.push_back(CompileField(message->field(i)));
    }
    return rules;
  }

  absl::Status status() const {
    if (faults_.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrJoin(faults_, "\n"));
  }

 private:
  void Fault(const FieldDescriptor* field, absl::string_view what) {
    faults_.push_back(absl::StrCat(field->full_name(), ": ", what));
  }

  Validator::FieldRules CompileField(const FieldDescriptor* field) {
    Validator::FieldRules rules;
    rules.field = field;
    rules.rule = field->options().GetExtension(options::v1::field);
    const FieldRule& rule = rules.rule;
    rules.bytes_max = rule.bytes_max() > 0 ? rule.bytes_max() : limits::kStringBytesMax;
    rules.items_max = rule.items_max() > 0 ? rule.items_max() : limits::kItemsMax;
    rules.is_ranged = rule.max() > rule.min();
    if (!rule.resource().empty()) rules.resource_prefix = absl::StrCat(rule.resource(), "/");
    if (!rule.pattern().empty()) {
      rules.pattern = std::make_unique<const RE2>(rule.pattern(), RE2::Quiet);
      if (!rules.pattern->ok()) Fault(field, absl::StrCat("pattern: ", rules.pattern->error()));
    }
    if (field->enum_type() != nullptr) {
      rules.zero_is_a_choice =
          field->enum_type()->options().GetExtension(options::v1::zero_is_a_choice);
    }
    rules.is_words = rule.required() && field->type() == FieldDescriptor::TYPE_STRING &&
                     rule.pattern().empty() && rule.resource().empty();
    if (!rule.permission().empty()) validator_.permissions_.insert(rule.permission());
    CheckFits(rules);
    const Descriptor* message = field->message_type();
    if (message != nullptr && message->file()->package() != "google.protobuf") {
      rules.message = Compile(message);
    }
    return rules;
  }

  void CheckFits(const Validator::FieldRules& rules) {
    const FieldDescriptor* field = rules.field;
    const FieldRule& rule = rules.rule;
    if (!IsText(field) && (!rule.pattern().empty() || !rule.resource().empty() ||
                           rule.bytes_min() != 0 || rule.bytes_max() != 0)) {
      Fault(field, "pattern, resource and bytes are for texts");
    }
    if (!IsNumber(field) && (rule.min() != 0 || rule.max() != 0)) {
      Fault(field, "min and max are for numbers");
    }
    if (IsNumber(field) && rule.max() < rule.min()) Fault(field, "max is below min");
    if (!field->is_repeated() && (rule.items_max() != 0 || rule.unique())) {
      Fault(field, "items_max and unique are for repeated fields");
    }
    if (rule.unique() && !IsText(field) && field->enum_type() == nullptr) {
      Fault(field, "unique is for texts and enums");
    }
    if (rule.required() && rule.output_only()) Fault(field, "required and output_only at once");
  }

  Validator& validator_;
  std::vector<std::string> faults_;
};

// Checks one request, and gathers what is wrong with it.
class Checker {
 public:
  Checker(absl::FunctionRef<bool(absl::string_view)> may, std::vector<Violation> violations)
      : may_(may), violations_(std::move(violations)) {}

  void CheckMessage(const Message& message, const Validator::MessageRules& rules,
                    const Place* parent) {
    for (const Validator::FieldRules& field : rules.fields) {
      if (field.rule.output_only()) continue;
      if (field.field->is_repeated()) {
        CheckRepeated(message, field, parent);
      } else {
        CheckSingle(message, field, parent);
      }
    }
  }

  absl::Status status() const {
    if (is_denied_) return base::PermissionDenied();
    return violations_.empty() ? absl::OkStatus() : base::InvalidRequest(violations_);
  }

 private:
  using Rules = Validator::FieldRules;

  void Violate(const Place& place, absl::string_view what) {
    if (violations_.size() < limits::kViolationsKeptMax) {
      violations_.push_back({place.ToString(), std::string(what)});
    }
  }

  void CheckPermission(const Rules& rules) {
    if (!rules.rule.permission().empty() && !may_(rules.rule.permission())) is_denied_ = true;
  }

  void CheckSingle(const Message& message, const Rules& rules, const Place* parent) {
    const FieldDescriptor* field = rules.field;
    const Reflection& reflection = *message.GetReflection();
    const Place place{parent, field, -1};
    const bool is_set = reflection.HasField(message, field);
    if (is_set) CheckPermission(rules);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (is_set) {
        CheckMessageValue(reflection.GetMessage(message, field), rules, place);
      } else if (rules.rule.required()) {
        Violate(place, "is required");
      }
      return;
    }
    // A plain number that is 0 is not told from one that is left out: its range decides.
    if (!is_set && field->has_presence()) {
      if (rules.rule.required()) Violate(place, "is required");
      return;
    }
    CheckScalar(message, rules, place);
  }

  void CheckRepeated(const Message& message, const Rules& rules, const Place* parent) {
    const FieldDescriptor* field = rules.field;
    const Reflection& reflection = *message.GetReflection();
    const Place whole{parent, field, -1};
    const int size = reflection.FieldSize(message, field);
    if (size > 0) CheckPermission(rules);
    if (size == 0 && rules.rule.required()) Violate(whole, "is required");
    if (size > rules.items_max) {
      // Its items are not looked at: so much is wrong with them already.
      Violate(whole, absl::StrCat("has ", size, " items; ", rules.items_max, " is the most"));
      return;
    }
    std::set<std::string> seen_texts;
    std::set<int> seen_numbers;
    for (int i = 0; i < size; ++i) {
      const Place place{parent, field, i};
      bool is_new = true;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        CheckMessageValue(reflection.GetRepeatedMessage(message, field, i), rules, place);
      } else if (IsText(field)) {
        std::string scratch;
        const std::string& text =
            reflection.GetRepeatedStringReference(message, field, i, &scratch);
        CheckText(text, rules, place);
        is_new = !rules.rule.unique() || seen_texts.insert(text).second;
      } else if (field->enum_type() != nullptr) {
        const int number = reflection.GetRepeatedEnumValue(message, field, i);
        CheckEnum(number, rules, place);
        is_new = !rules.rule.unique() || seen_numbers.insert(number).second;
      } else {
        CheckNumberAt(message, rules, place, i);
      }
      if (!is_new) Violate(place, "is there already");
    }
  }

  void CheckMessageValue(const Message& value, const Rules& rules, const Place& place) {
    if (rules.message != nullptr) {
      CheckMessage(value, *rules.message, &place);
    } else if (value.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
      const auto& time = static_cast<const google::protobuf::Timestamp&>(value);
      if (time.seconds() < kFirstSecond || time.seconds() >= kEndSecond || time.nanos() < 0 ||
          time.nanos() > kNanosMax) {
        Violate(place, "is no time from 1900 to 2199");
      }
    } else if (value.GetDescriptor() == google::protobuf::Duration::descriptor()) {
      const auto& duration = static_cast<const google::protobuf::Duration&>(value);
      if (duration.seconds() < 0 || duration.seconds() > kDurationSecondsMax ||
          duration.nanos() < 0 || duration.nanos() > kNanosMax) {
        Violate(place, "is no duration from 0 to 366 days");
      }
    }
  }

  void CheckScalar(const Message& message, const Rules& rules, const Place& place) {
    const Reflection& reflection = *message.GetReflection();
    const FieldDescriptor* field = rules.field;
    if (IsText(field)) {
      std::string scratch;
      const std::string& text = reflection.GetStringReference(message, field, &scratch);
      if (rules.is_words && !text.empty() && !HasVisibleCharacter(text)) {
        Violate(place, "is required, and shows nothing");
      } else if (!text.empty()) {
        CheckText(text, rules, place);
      } else if (rules.rule.required()) {
        Violate(place, "is required");
      }
    } else if (field->enum_type() != nullptr) {
      const int number = reflection.GetEnumValue(message, field);
      if (number != 0 || rules.rule.required()) CheckEnum(number, rules, place);
    } else {
      CheckNumberAt(message, rules, place, -1);
    }
  }

  void CheckText(const std::string& text, const Rules& rules, const Place& place) {
    const FieldRule& rule = rules.rule;
    if (text.size() > rules.bytes_max) {
      Violate(place,
              absl::StrCat("has ", text.size(), " bytes; ", rules.bytes_max, " is the most"));
      return;
    }
    if (text.size() < static_cast<size_t>(rule.bytes_min())) {
      Violate(place,
              absl::StrCat("has ", text.size(), " bytes; ", rule.bytes_min(), " is the least"));
    }
    if (rules.pattern != nullptr && !RE2::FullMatch(text, *rules.pattern)) {
      Violate(place, absl::StrCat("does not match ", rule.pattern()));
    }
    if (!rules.resource_prefix.empty()) CheckResourceName(text, rules, place);
  }

  void CheckResourceName(absl::string_view name, const Rules& rules, const Place& place) {
    const absl::string_view prefix = rules.resource_prefix;
    if (name.substr(0, prefix.size()) == prefix) {
      const absl::string_view id = name.substr(prefix.size());
      if (IsResourceId(id) || (id == "-" && rules.rule.wildcard())) return;
    }
    Violate(place, absl::StrCat("is no name like ", prefix, "{id}",
                                rules.rule.wildcard() ? absl::StrCat(" or ", prefix, "-") : "",
                                "; an id is 1 to 63 of a-z, 0-9 and hyphen"));
  }

  void CheckEnum(int number, const Rules& rules, const Place& place) {
    if (rules.field->enum_type()->FindValueByNumber(number) == nullptr) {
      Violate(place, "is no value known here");
    } else if (number == 0 && !rules.zero_is_a_choice) {
      Violate(place, "is required");
    }
  }

  // `index` -1: of a single field.
  void CheckNumberAt(const Message& message, const Rules& rules, const Place& place, int index) {
    const Reflection& reflection = *message.GetReflection();
    const FieldDescriptor* field = rules.field;
    const auto get = [&](auto single, auto repeated) {
      return index < 0 ? (reflection.*single)(message, field)
                       : (reflection.*repeated)(message, field, index);
    };
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return CheckInteger(get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32), rules,
                            place);
      case FieldDescriptor::CPPTYPE_INT64:
        return CheckInteger(get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64), rules,
                            place);
      case FieldDescriptor::CPPTYPE_UINT32:
        return CheckInteger(get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32), rules,
                            place);
      case FieldDescriptor::CPPTYPE_UINT64: {
        const uint64_t value = get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64);
        return CheckInteger(static_cast<int64_t>(std::min<uint64_t>(value, INT64_MAX)), rules,
                            place);
      }
      case FieldDescriptor::CPPTYPE_FLOAT:
        return CheckReal(get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat), rules, place);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return CheckReal(get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble), rules, place);
      default:
        return;  // A bool is right whatever it is.
    }
  }

  void CheckInteger(int64_t value, const Rules& rules, const Place& place) {
    // Whether one with presence was given is known already; there 0 is a value like any other.
    const bool zero_is_none = !rules.field->has_presence();
    if (rules.rule.required() && zero_is_none && value == 0) return Violate(place, "is required");
    if (rules.is_ranged && (value < rules.rule.min() || value > rules.rule.max())) {
      ViolateRange(rules, place);
    }
  }

  void CheckReal(double value, const Rules& rules, const Place& place) {
    if (!std::isfinite(value)) return Violate(place, "is no number");
    if (rules.is_ranged && (value < static_cast<double>(rules.rule.min()) ||
                            value > static_cast<double>(rules.rule.max()))) {
      ViolateRange(rules, place);
    }
  }

  void ViolateRange(const Rules& rules, const Place& place) {
    Violate(place, absl::StrCat("must be ", rules.rule.min(), " to ", rules.rule.max()));
  }

  absl::FunctionRef<bool(absl::string_view)> may_;
  std::vector<Violation> violations_;
  bool is_denied_ = false;
};

Validator::Validator() = default;
Validator::~Validator() = default;

absl::StatusOr<std::unique_ptr<const Validator>> Validator::Create(
    const std::vector<const Descriptor*>& requests) {
  std::unique_ptr<Validator> validator(new Validator);
  RuleCompiler compiler(validator.get());
  for (const Descriptor* request : requests) compiler.Compile(request);
  if (!compiler.status().ok()) return compiler.status();
  return std::unique_ptr<const Validator>(std::move(validator));
}

const Validator::MessageRules& Validator::RulesOf(const Descriptor* message) const {
  return *by_message_.at(message);
}

absl::Status Validator::Check(const Message& request,
                              absl::FunctionRef<bool(absl::string_view permission)> may,
                              std::vector<Violation> violations) const {
  Checker checker(may, std::move(violations));
  checker.CheckMessage(request, RulesOf(request.GetDescriptor()), nullptr);
  return checker.status();
}

bool Validator::HasOutputOnly(const Message& request) const {
  const Reflection& reflection = *request.GetReflection();
  std::vector<const FieldDescriptor*> set;
  reflection.ListFields(request, &set);
  for (const FieldDescriptor* field : set) {
    const FieldRules& rules = RulesOf(request.GetDescriptor()).fields[field->index()];
    if (rules.rule.output_only()) return true;
    if (rules.message == nullptr) continue;
    if (!field->is_repeated()) {
      if (HasOutputOnly(reflection.GetMessage(request, field))) return true;
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(request, field); ++i) {
      if (HasOutputOnly(reflection.GetRepeatedMessage(request, field, i))) return true;
    }
  }
  return false;
}

void Validator::ClearOutputOnly(Message* request) const {
  const Reflection& reflection = *request->GetReflection();
  std::vector<const FieldDescriptor*> set;
  reflection.ListFields(*request, &set);
  for (const FieldDescriptor* field : set) {
    const FieldRules& rules = RulesOf(request->GetDescriptor()).fields[field->index()];
    if (rules.rule.output_only()) {
      reflection.ClearField(request, field);
    } else if (rules.message != nullptr && !field->is_repeated()) {
      ClearOutputOnly(reflection.MutableMessage(request, field));
    } else if (rules.message != nullptr) {
      for (int i = 0; i < reflection.FieldSize(*request, field); ++i) {
        ClearOutputOnly(reflection.MutableRepeatedMessage(request, field, i));
      }
    }
  }
}

}  // namespace clarity::rpc
