#include "clients/callcenter/tool/interview.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "clients/core/errors.h"
#include "clients/terminal/failure.h"
#include "clients/terminal/names.h"
#include "clients/terminal/words.h"
#include "google/rpc/error_details.pb.h"

namespace clarity::client {

using consultation::v1::Answer;
using consultation::v1::Questionnaire;
using consultation::v1::QuestionnaireItem;
using consultation::v1::ResponseProblems;
using consultation::v1::SaveAnswersRequest;
using consultation::v1::SubmitResponseRequest;
using google::rpc::BadRequest;

namespace {

std::string PlaceOf(size_t index) { return absl::StrCat("answers[", index, "]"); }

// Whoever typed it knows the items, not the places of their answers in a request.
absl::Status ByItem(const absl::Status& status, const std::vector<Answer>& answers) {
  std::vector<std::pair<std::string, std::string>> names;
  for (size_t i = 0; i < answers.size(); ++i) names.emplace_back(PlaceOf(i), answers[i].link_id());
  absl::Status told(status.code(), absl::StrReplaceAll(status.message(), names));
  if (auto request = DetailOf<BadRequest>(status)) {
    for (auto& violation : *request->mutable_field_violations()) {
      violation.set_field(absl::StrReplaceAll(violation.field(), names));
    }
    AddDetail(&told, *request);
  }
  if (const auto info = DetailOf<google::rpc::ErrorInfo>(status)) AddDetail(&told, *info);
  return told;
}

// The items whose answers a save was refused for.
std::set<std::string> RefusedItems(const absl::Status& status, const std::vector<Answer>& answers) {
  std::set<std::string> refused;
  const auto request = DetailOf<BadRequest>(status).value_or(BadRequest());
  for (const auto& violation : request.field_violations()) {
    for (size_t i = 0; i < answers.size(); ++i) {
      if (absl::StartsWith(violation.field(), PlaceOf(i))) refused.insert(answers[i].link_id());
    }
  }
  return refused;
}

}  // namespace

// -- What there is --------------------------------------------------------------------------------

bool Interview::IsAnswered(const Item& item) const {
  return absl::c_any_of(form_.draft.answers(),
                        [&](const Answer& answer) { return answer.link_id() == item.link_id(); });
}

// As the server says, which knows what is asked given the other answers.
bool Interview::IsOpen(const Item& item) const {
  return absl::c_linear_search(form_.draft.open_items(), item.link_id());
}

const QuestionnaireItem* Interview::Find(const std::string& link_id) const {
  for (const Questionnaire::Part& part : form_.questionnaire.parts()) {
    for (const Item& item : part.items()) {
      if (item.link_id() == link_id) return &item;
    }
  }
  return nullptr;
}

bool Interview::IsComplete() const {
  return !form_.draft.name().empty() && form_.draft.open_items().empty();
}

void Interview::ShowLeft() const {
  if (form_.draft.name().empty()) {
    *console_.out << "Nothing has been answered yet.\n";
    return;
  }
  if (IsComplete()) {
    *console_.out << "All that has to be answered is. 'ask --submit' submits it.\n";
    return;
  }
  *console_.out << "Left to be answered:\n";
  for (const std::string& link_id : form_.draft.open_items()) {
    const Item* item = Find(link_id);
    *console_.out << "  " << Printable(link_id)
                  << (item == nullptr ? "" : ": " + Printable(item->text())) << '\n';
  }
}

std::string Interview::ProblemsOf(const absl::Status& status) const {
  const auto problems = DetailOf<ResponseProblems>(status).value_or(ResponseProblems());
  std::string text;
  for (const auto& problem : problems.problems()) {
    const Item* item = Find(problem.link_id());
    absl::StrAppend(&text, "  ", Printable(problem.link_id()), ": ", WordFor(problem.kind()),
                    item == nullptr ? "" : absl::StrCat(": ", Printable(item->text())), "\n");
  }
  return text;
}

// -- Answering ------------------------------------------------------------------------------------

absl::StatusOr<std::vector<Answer>> Interview::Typed(
    const std::vector<std::string>& settings) const {
  std::vector<Answer> answers;
  std::vector<std::string> wrong;
  for (const std::string& setting : settings) {
    const size_t sign = setting.find('=');
    const std::string link_id = setting.substr(0, sign);
    const Item* item = Find(link_id);
    if (sign == std::string::npos) {
      wrong.push_back(absl::StrCat("'", setting, "' says no answer: LINK=VALUE"));
    } else if (item == nullptr) {
      wrong.push_back(absl::StrCat(link_id, " is not asked in ", form_.questionnaire.id()));
    } else if (auto answer = form_.words.Parse(*item, setting.substr(sign + 1)); answer.ok()) {
      answers.push_back(*std::move(answer));
    } else {
      wrong.push_back(absl::StrCat(link_id, ": ", answer.status().message()));
    }
  }
  if (!wrong.empty()) return absl::InvalidArgumentError(absl::StrJoin(wrong, "; "));
  return answers;
}

absl::Status Interview::Save(const std::vector<Answer>& answers) {
  std::set<std::string> refused;
  return SaveOrTell(answers, &refused);
}

absl::Status Interview::SaveOrTell(const std::vector<Answer>& answers,
                                   std::set<std::string>* refused) {
  SaveAnswersRequest request;
  request.set_episode(form_.episode);
  request.set_questionnaire(form_.questionnaire.id());
  *request.mutable_answers() = {answers.begin(), answers.end()};
  auto draft = care_.SaveAnswers(request);
  if (draft.ok()) {
    form_.draft = *std::move(draft);
    return absl::OkStatus();
  }
  *refused = RefusedItems(draft.status(), answers);
  return ByItem(draft.status(), answers);
}

absl::Status Interview::Submit() {
  if (form_.draft.name().empty()) {
    return absl::FailedPreconditionError("nothing has been answered yet: 'ask' asks");
  }
  SubmitResponseRequest request;
  request.set_name(form_.draft.name());
  request.set_etag(form_.draft.etag());
  auto submitted = care_.SubmitResponse(request);
  if (!submitted.ok()) return submitted.status();
  form_.draft = *std::move(submitted);
  // It is the clinicians' to read from now on.
  form_.draft.clear_answers();
  form_.draft.clear_open_items();
  return absl::OkStatus();
}

// -- Asking ---------------------------------------------------------------------------------------

LineHelp Interview::HelpForLines(std::function<std::string()> news) {
  LineHelp help;
  help.prompt = [] { return "answer> "; };
  help.news = std::move(news);
  help.complete = [this](const std::vector<std::string>& words) {
    std::vector<std::string> codes;
    for (const std::string& code : form_.words.CodesOf(*asked_)) {
      if (absl::StartsWith(code, words.back())) codes.push_back(code);
    }
    return codes;
  };
  return help;
}

absl::Status Interview::Ask(std::function<std::string()> news) {
  const LineHelp help = HelpForLines(std::move(news));
  const auto lines = console_.can_ask ? EditedLines(console_, help) : PlainLines(console_, help);
  *console_.out << console_.Wrapped(
                       "Enter leaves a question open, '?' is what they do not know, Ctrl-D stops. "
                       "What was answered is saved with each part.")
                << '\n';
  for (const Questionnaire::Part& part : form_.questionnaire.parts()) {
    // First what is always asked: its answers decide on the rest.
    std::vector<const Item*> always, others;
    for (const Item& item : part.items()) {
      if (!IsAnswered(item) && !item.has_enable_when()) always.push_back(&item);
    }
    if (!always.empty()) {
      *console_.out << console_.Styled(Tone::kStrong, Printable(part.display_name())) << '\n';
    }
    absl::Status asked = AskAndSave(std::move(always), lines.get());
    for (const Item& item : part.items()) {
      if (item.has_enable_when() && IsOpen(item)) others.push_back(&item);
    }
    if (asked.ok()) asked = AskAndSave(std::move(others), lines.get());
    if (!asked.ok() || ended_) return asked;
  }
  return absl::OkStatus();
}

absl::Status Interview::AskAndSave(std::vector<const Item*> items, LineReader* lines) {
  std::vector<Answer> answers;
  while (!items.empty() && !ended_) {
    for (const Item* item : items) {
      const auto answer = AskFor(*item, lines);
      if (answer.has_value()) answers.push_back(*answer);
      if (ended_) break;
    }
    if (answers.empty()) return absl::OkStatus();
    std::set<std::string> refused;
    absl::Status saved = SaveOrTell(answers, &refused);
    if (saved.ok()) {
      *console_.out << console_.Styled(Tone::kGood, "Saved.") << '\n';
      return saved;
    }
    if (refused.empty()) return saved;
    Report(console_, saved);
    items.clear();
    for (const std::string& link_id : refused) items.push_back(Find(link_id));
    const auto is_refused = [&](const Answer& answer) { return refused.count(answer.link_id()); };
    answers.erase(std::remove_if(answers.begin(), answers.end(), is_refused), answers.end());
  }
  return answers.empty() ? absl::OkStatus() : Save(answers);
}

absl::optional<Answer> Interview::AskFor(const Item& item, LineReader* lines) {
  *console_.out << Printable(item.text()) << (item.required() ? "" : " (may be left out)") << '\n'
                << console_.Styled(Tone::kFaint,
                                   console_.Wrapped(Printable(form_.words.HowTo(item))))
                << '\n';
  asked_ = &item;
  for (;;) {
    const auto line = lines->Read();
    ended_ = !line.has_value();
    if (ended_ || line->empty()) return absl::nullopt;
    auto answer = form_.words.Parse(item, *line);
    if (answer.ok()) return *std::move(answer);
    Report(console_, answer.status());
  }
}

}  // namespace clarity::client
