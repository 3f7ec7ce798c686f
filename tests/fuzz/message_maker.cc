#include "tests/fuzz/message_maker.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "clarity/options/v1/options.pb.h"
#include "clarity/type/v1/type.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace clarity::fuzz {
namespace {

using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kDepthMax = 6;
constexpr int64_t kFirstSecond = 1772409600;  // 2 March 2026, where the tests' days begin
constexpr int64_t kQuarter = 15 * 60;
constexpr size_t kQuarters = 4 * 24 * 30;

const std::vector<std::string>& Odd() {
  static const auto* const odd = new std::vector<std::string>{"",
                                                              " ",
                                                              "0",
                                                              "-1",
                                                              "-",
                                                              "*",
                                                              "\n",
                                                              "é",
                                                              "\xe2\x80\xae",
                                                              "a/b/c",
                                                              "patients/",
                                                              "/",
                                                              "+19495550100",
                                                              "949 555 0100",
                                                              "1990-02-29",
                                                              "America/Los_Angeles",
                                                              "../../etc/passwd",
                                                              "mg",
                                                              "mm[Hg]",
                                                              "kg",
                                                              "FREQ=DAILY;COUNT=3",
                                                              "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
                                                              "clinic = \"clinics/lake-forest\"",
                                                              "state = BOOKED AND (",
                                                              "%s%n",
                                                              "\"1\"",
                                                              std::string(300, 'a'),
                                                              std::string(5000, 'z')};
  return *odd;
}

}  // namespace

// -- Words ----------------------------------------------------------------------------------------

void Words::Add(const std::string& field, const std::string& word) {
  const auto add = [&](std::vector<std::string>* to) {
    if (!absl::c_linear_search(*to, word)) to->push_back(word);
  };
  add(&by_field_[field]);
  add(&all_);
  const size_t slash = word.find('/');
  if (slash != std::string::npos && word.find('/', slash + 1) == std::string::npos) {
    add(&by_collection_[word.substr(0, slash)]);
  }
}

void Words::Learn(const Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == field->CPPTYPE_MESSAGE) {
        Learn(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                   : reflection.GetMessage(message, field));
      } else if (field->type() == field->TYPE_STRING) {
        Add(field->name(), field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                                : reflection.GetString(message, field));
      }
    }
  }
}

const std::vector<std::string>& Words::Of(absl::string_view field) const {
  const auto found = by_field_.find(field);
  return found == by_field_.end() ? all_ : found->second;
}

const std::vector<std::string>& Words::NamesIn(absl::string_view collection) const {
  static const auto* const none = new std::vector<std::string>();
  const auto found = by_collection_.find(collection);
  return found == by_collection_.end() ? *none : found->second;
}

// -- Values ---------------------------------------------------------------------------------------

std::string MessageMaker::Name(const std::string& collection) {
  const auto& known = words_.NamesIn(collection);
  if (!known.empty() && !OneIn(4)) return known[Pick(known.size())];
  if (OneIn(6)) return absl::StrCat(collection, "/-");
  return absl::StrCat(collection, "/$", Pick(3));
}

std::string MessageMaker::Text(const Field* field) {
  if (OneIn(8)) return Odd()[Pick(Odd().size())];
  const auto& rule = field->options().GetExtension(options::v1::field);
  if (!rule.resource().empty()) return Name(rule.resource());
  const auto& words = OneIn(4) ? words_.all() : words_.Of(field->name());
  return words.empty() ? "a" : words[Pick(words.size())];
}

int64_t MessageMaker::Number(const Field* field) {
  const auto& rule = field->options().GetExtension(options::v1::field);
  switch (Pick(8)) {
    case 0:
      return OneIn(2) ? rule.min() - 1 : rule.max() + 1;
    case 1:
      return OneIn(2) ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
    case 2:
      return rule.max();
    default:
      return rule.min() + static_cast<int64_t>(Pick(OneIn(2) ? 4 : 200));
  }
}

// Types whose fields mean nothing each by itself.
bool MessageMaker::FillKnown(Message* message) {
  if (auto* time = dynamic_cast<google::protobuf::Timestamp*>(message)) {
    time->set_seconds(kFirstSecond + kQuarter * static_cast<int64_t>(Pick(kQuarters)));
    if (OneIn(12)) time->set_seconds(OneIn(2) ? -62135596801 : 253402300800);
    if (OneIn(12)) time->set_nanos(OneIn(2) ? 1 : -1);
    return true;
  }
  if (auto* date = dynamic_cast<type::v1::Date*>(message)) {
    date->set_year(OneIn(4) ? 1950 + static_cast<int>(Pick(80)) : 2026);
    date->set_month(OneIn(12) ? 13 : 1 + static_cast<int>(Pick(12)));
    date->set_day(OneIn(12) ? 31 : 1 + static_cast<int>(Pick(28)));
    return true;
  }
  if (auto* duration = dynamic_cast<google::protobuf::Duration*>(message)) {
    duration->set_seconds(OneIn(12) ? -1 : 60 * static_cast<int64_t>(Pick(300)));
    return true;
  }
  if (auto* mask = dynamic_cast<google::protobuf::FieldMask*>(message)) {
    for (size_t i = Pick(3); i > 0; --i) mask->add_paths(words_.all()[Pick(words_.all().size())]);
    if (OneIn(2)) mask->add_paths("given_name");
    if (OneIn(8)) mask->add_paths("*");
    return true;
  }
  return false;
}

void MessageMaker::SetOne(Message* message, const Field* field, int depth) {
  const Reflection& reflection = *message->GetReflection();
  const bool repeated = field->is_repeated();
  const auto set = [&](auto add, auto put, auto value) {
    (reflection.*(repeated ? add : put))(message, field, value);
  };
  switch (field->cpp_type()) {
    case Field::CPPTYPE_MESSAGE:
      return Fill(repeated ? reflection.AddMessage(message, field)
                           : reflection.MutableMessage(message, field),
                  depth + 1);
    case Field::CPPTYPE_STRING:
      return set(&Reflection::AddString, &Reflection::SetString, Text(field));
    case Field::CPPTYPE_ENUM: {
      const auto* type = field->enum_type();
      const int value =
          OneIn(12) ? 99 : type->value(static_cast<int>(Pick(type->value_count())))->number();
      return set(&Reflection::AddEnumValue, &Reflection::SetEnumValue, value);
    }
    case Field::CPPTYPE_BOOL:
      return set(&Reflection::AddBool, &Reflection::SetBool, OneIn(2));
    case Field::CPPTYPE_INT32:
      return set(&Reflection::AddInt32, &Reflection::SetInt32, static_cast<int32_t>(Number(field)));
    case Field::CPPTYPE_INT64:
      return set(&Reflection::AddInt64, &Reflection::SetInt64, Number(field));
    case Field::CPPTYPE_UINT32:
      return set(&Reflection::AddUInt32, &Reflection::SetUInt32,
                 static_cast<uint32_t>(Number(field)));
    case Field::CPPTYPE_UINT64:
      return set(&Reflection::AddUInt64, &Reflection::SetUInt64,
                 static_cast<uint64_t>(Number(field)));
    case Field::CPPTYPE_DOUBLE: {
      constexpr double kOdd[] = {-1, 1e308, std::numeric_limits<double>::quiet_NaN(),
                                 std::numeric_limits<double>::infinity()};
      const double value = OneIn(8) ? kOdd[Pick(4)] : static_cast<double>(Pick(2000)) / 10;
      return set(&Reflection::AddDouble, &Reflection::SetDouble, value);
    }
    case Field::CPPTYPE_FLOAT:
      return set(&Reflection::AddFloat, &Reflection::SetFloat, static_cast<float>(Pick(2000)));
  }
}

void MessageMaker::SetSome(Message* message, const Field* field, int depth) {
  const size_t count = field->is_repeated() ? 1 + Pick(2) : 1;
  for (size_t i = 0; i < count; ++i) SetOne(message, field, depth);
}

void MessageMaker::Fill(Message* message, int depth) {
  if (FillKnown(message)) return;
  const auto* type = message->GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const Field* field = type->field(i);
    const auto& rule = field->options().GetExtension(options::v1::field);
    if (rule.output_only() && !OneIn(20)) continue;
    const bool is_deep = depth >= kDepthMax && field->cpp_type() == Field::CPPTYPE_MESSAGE;
    if (!is_deep && (rule.required() ? !OneIn(30) : OneIn(3))) SetSome(message, field, depth);
  }
}

// -- Changes --------------------------------------------------------------------------------------

void MessageMaker::ChangeItems(Message* message, const Field* field) {
  const Reflection& reflection = *message->GetReflection();
  const int count = reflection.FieldSize(*message, field);
  const auto item = static_cast<int>(Pick(static_cast<size_t>(count)));
  switch (Pick(4)) {
    case 0:
      reflection.SwapElements(message, field, item, count - 1);
      return reflection.RemoveLast(message, field);
    case 1:
      return SetOne(message, field, 0);
    default:
      if (field->cpp_type() != Field::CPPTYPE_MESSAGE) {
        reflection.SwapElements(message, field, item, count - 1);
        reflection.RemoveLast(message, field);
        return SetOne(message, field, 0);
      }
      return Change(reflection.MutableRepeatedMessage(message, field, item));
  }
}

void MessageMaker::Change(Message* message) {
  const auto* type = message->GetDescriptor();
  if (type->field_count() == 0 || FillKnown(message)) return;
  const Reflection& reflection = *message->GetReflection();
  const Field* field =
      type->field(static_cast<int>(Pick(static_cast<size_t>(type->field_count()))));
  if (field->is_repeated()) {
    return reflection.FieldSize(*message, field) > 0 ? ChangeItems(message, field)
                                                     : SetOne(message, field, 0);
  }
  const bool is_message = field->cpp_type() == Field::CPPTYPE_MESSAGE;
  const bool is_there = is_message && reflection.HasField(*message, field);
  if (is_there && !OneIn(5)) return Change(reflection.MutableMessage(message, field));
  if (is_there || OneIn(5)) return reflection.ClearField(message, field);
  SetOne(message, field, 0);
}

}  // namespace clarity::fuzz
