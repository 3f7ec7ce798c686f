#include "services/scheduling/booking/appointment_filter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/scheduling/limits.h"

namespace clarity::scheduling {
namespace {

using Comparison = AppointmentFilter::Comparison;
using Field = AppointmentFilter::Field;
using Operator = AppointmentFilter::Operator;

struct Token {
  enum class Kind { kEnd, kWord, kString, kOperator, kOpen, kClose };
  Kind kind = Kind::kEnd;
  std::string text;
  size_t at = 0;
};

absl::Status Wrong(size_t at, absl::string_view what) {
  return base::InvalidField("filter", absl::StrCat("at character ", at + 1, ": ", what));
}

bool IsWordCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("_-/:.+", c);
}

absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view text) {
  std::vector<Token> tokens;
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
      ++at;
    } else if (c == '(' || c == ')') {
      tokens.push_back({c == '(' ? Token::Kind::kOpen : Token::Kind::kClose, "", at});
      ++at;
    } else if (c == '"') {
      const size_t end = text.find('"', at + 1);
      if (end == absl::string_view::npos) return Wrong(at, "the quotation does not end");
      tokens.push_back({Token::Kind::kString, std::string(text.substr(at + 1, end - at - 1)), at});
      at = end + 1;
    } else if (absl::StrContains("=!<>", c)) {
      const size_t length = at + 1 < text.size() && text[at + 1] == '=' ? 2 : 1;
      tokens.push_back({Token::Kind::kOperator, std::string(text.substr(at, length)), at});
      at += length;
    } else if (IsWordCharacter(c)) {
      size_t end = at;
      while (end < text.size() && IsWordCharacter(text[end])) ++end;
      tokens.push_back({Token::Kind::kWord, std::string(text.substr(at, end - at)), at});
      at = end;
    } else {
      return Wrong(at, "this character has no meaning here");
    }
  }
  tokens.push_back({Token::Kind::kEnd, "", text.size()});
  return tokens;
}

std::optional<Field> FieldOf(absl::string_view word) {
  static constexpr std::pair<absl::string_view, Field> kFields[] = {
      {"patient", Field::kPatient},      {"clinic", Field::kClinic},
      {"resource", Field::kResource},    {"visit_type", Field::kVisitType},
      {"state", Field::kState},          {"order", Field::kOrder},
      {"start_time", Field::kStartTime}, {"attention", Field::kAttention}};
  for (const auto& [name, field] : kFields) {
    if (name == word) return field;
  }
  return std::nullopt;
}

std::optional<Operator> OperatorOf(absl::string_view text) {
  static constexpr std::pair<absl::string_view, Operator> kOperators[] = {
      {"=", Operator::kEqual},   {"!=", Operator::kNotEqual},
      {"<", Operator::kLess},    {"<=", Operator::kLessOrEqual},
      {">", Operator::kGreater}, {">=", Operator::kGreaterOrEqual}};
  for (const auto& [name, op] : kOperators) {
    if (name == text) return op;
  }
  return std::nullopt;
}

// What a name of the field's begins with; empty: it has no names.
absl::string_view CollectionOf(Field field) {
  switch (field) {
    case Field::kPatient:
      return "patients/";
    case Field::kClinic:
      return "clinics/";
    case Field::kResource:
      return "resources/";
    case Field::kVisitType:
      return "visitTypes/";
    case Field::kOrder:
      return "orders/";
    default:
      return "";
  }
}

absl::Status ReadValue(const Token& token, Comparison* comparison) {
  std::string error;
  switch (comparison->field) {
    case Field::kStartTime:
      if (!absl::ParseTime(absl::RFC3339_full, token.text, &comparison->time, &error)) {
        return Wrong(token.at, "a time is written as in 2026-03-02T09:00:00-08:00");
      }
      return absl::OkStatus();
    case Field::kState:
      if (!v1::Appointment::State_Parse(token.text, &comparison->state) &&
          !v1::Appointment::State_Parse(absl::StrCat("STATE_", token.text), &comparison->state)) {
        return Wrong(token.at, "there is no such state");
      }
      return absl::OkStatus();
    case Field::kAttention:
      if (token.text != "true" && token.text != "false") {
        return Wrong(token.at, "attention is true or false");
      }
      comparison->flag = token.text == "true";
      return absl::OkStatus();
    default:
      const absl::string_view collection = CollectionOf(comparison->field);
      if (!token.text.empty() && !absl::StartsWith(token.text, collection)) {
        return Wrong(token.at, absl::StrCat("a name is written as in ", collection, "{id}"));
      }
      comparison->text = token.text;
      return absl::OkStatus();
  }
}

// Walks over the tokens: expression := factor (AND factor)*, factor := comparison or
// "(" comparison (OR comparison)* ")".
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  absl::StatusOr<std::vector<std::vector<Comparison>>> Run() {
    std::vector<std::vector<Comparison>> clauses;
    if (Peek().kind == Token::Kind::kEnd) return clauses;
    do {
      ASSIGN_OR_RETURN(auto clause, Factor());
      clauses.push_back(std::move(clause));
    } while (TakeWord("AND"));
    if (Peek().kind != Token::Kind::kEnd) return Wrong(Peek().at, "AND or the end was expected");
    return clauses;
  }

 private:
  const Token& Peek() const { return tokens_[next_]; }

  bool TakeWord(absl::string_view word) {
    if (Peek().kind != Token::Kind::kWord || Peek().text != word) return false;
    ++next_;
    return true;
  }

  absl::StatusOr<std::vector<Comparison>> Factor() {
    std::vector<Comparison> clause;
    const bool grouped = Peek().kind == Token::Kind::kOpen;
    if (grouped) ++next_;
    do {
      ASSIGN_OR_RETURN(auto comparison, One());
      clause.push_back(std::move(comparison));
    } while (grouped && TakeWord("OR"));
    if (!grouped) return clause;
    if (Peek().kind != Token::Kind::kClose) return Wrong(Peek().at, "OR or ) was expected");
    ++next_;
    return clause;
  }

  absl::StatusOr<Comparison> One() {
    if (++comparisons_ > limits::kComparisonsMax)
      return Wrong(Peek().at, "there are too many comparisons");
    Comparison comparison;
    const auto field = Peek().kind == Token::Kind::kWord ? FieldOf(Peek().text) : std::nullopt;
    if (!field.has_value()) return Wrong(Peek().at, "a field was expected");
    comparison.field = *field;
    ++next_;
    const auto op = Peek().kind == Token::Kind::kOperator ? OperatorOf(Peek().text) : std::nullopt;
    if (!op.has_value()) return Wrong(Peek().at, "=, !=, <, <=, > or >= was expected");
    comparison.op = *op;
    if (comparison.field != Field::kStartTime && comparison.op != Operator::kEqual &&
        comparison.op != Operator::kNotEqual) {
      return Wrong(Peek().at, "only start_time has an order");
    }
    ++next_;
    if (Peek().kind != Token::Kind::kWord && Peek().kind != Token::Kind::kString) {
      return Wrong(Peek().at, "a value was expected");
    }
    RETURN_IF_ERROR(ReadValue(Peek(), &comparison));
    ++next_;
    return comparison;
  }

  const std::vector<Token> tokens_;
  size_t next_ = 0;
  int comparisons_ = 0;
};

template <typename T>
bool Compare(const T& a, Operator op, const T& b) {
  switch (op) {
    case Operator::kEqual:
      return a == b;
    case Operator::kNotEqual:
      return a != b;
    case Operator::kLess:
      return a < b;
    case Operator::kLessOrEqual:
      return a <= b;
    case Operator::kGreater:
      return a > b;
    case Operator::kGreaterOrEqual:
      return a >= b;
  }
  return false;
}

bool Holds(const Comparison& comparison, const v1::Appointment& appointment) {
  // For what there may be several of: equal means that one is.
  const auto among = [&](const auto& items, const auto& name_of) {
    const bool found =
        absl::c_any_of(items, [&](const auto& item) { return name_of(item) == comparison.text; });
    return found == (comparison.op == Operator::kEqual);
  };
  switch (comparison.field) {
    case Field::kPatient:
      return among(appointment.participants(), [](const auto& p) { return p.patient(); });
    case Field::kResource:
      return among(appointment.assignments(), [](const auto& a) { return a.resource(); });
    case Field::kClinic:
      return Compare(appointment.clinic(), comparison.op, comparison.text);
    case Field::kVisitType:
      return Compare(appointment.visit_type(), comparison.op, comparison.text);
    case Field::kOrder:
      return Compare(appointment.order(), comparison.op, comparison.text);
    case Field::kState:
      return Compare(appointment.state(), comparison.op, comparison.state);
    case Field::kStartTime:
      return Compare(FromWire(appointment.start_time()), comparison.op, comparison.time);
    case Field::kAttention:
      return Compare(!appointment.attention().empty(), comparison.op, comparison.flag);
  }
  return false;
}

}  // namespace

absl::StatusOr<AppointmentFilter> AppointmentFilter::Parse(absl::string_view text) {
  ASSIGN_OR_RETURN(auto tokens, Tokenize(text));
  AppointmentFilter filter;
  ASSIGN_OR_RETURN(filter.clauses_, Parser(std::move(tokens)).Run());
  return filter;
}

bool AppointmentFilter::Matches(const v1::Appointment& appointment) const {
  return absl::c_all_of(clauses_, [&](const auto& clause) {
    return absl::c_any_of(clause, [&](const auto& c) { return Holds(c, appointment); });
  });
}

std::string AppointmentFilter::RequiredName(Field field) const {
  for (const auto& clause : clauses_) {
    if (clause.size() == 1 && clause[0].field == field && clause[0].op == Operator::kEqual) {
      return clause[0].text;
    }
  }
  return "";
}

absl::Time AppointmentFilter::EarliestStart() const {
  absl::Time earliest = absl::InfinitePast();
  for (const auto& clause : clauses_) {
    if (clause.size() != 1 || clause[0].field != Field::kStartTime) continue;
    const Operator op = clause[0].op;
    if (op == Operator::kEqual || op == Operator::kGreater || op == Operator::kGreaterOrEqual) {
      earliest = std::max(earliest, clause[0].time);
    }
  }
  return earliest;
}

absl::Time AppointmentFilter::LatestStart() const {
  absl::Time latest = absl::InfiniteFuture();
  for (const auto& clause : clauses_) {
    if (clause.size() != 1 || clause[0].field != Field::kStartTime) continue;
    const Operator op = clause[0].op;
    if (op == Operator::kEqual || op == Operator::kLess || op == Operator::kLessOrEqual) {
      latest = std::min(latest, clause[0].time);
    }
  }
  return latest;
}

bool AppointmentFilter::NamesState() const {
  return absl::c_any_of(clauses_, [](const auto& clause) {
    return absl::c_any_of(clause, [](const auto& c) { return c.field == Field::kState; });
  });
}

}  // namespace clarity::scheduling
