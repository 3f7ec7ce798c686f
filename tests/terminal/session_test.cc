// A session of the agent's tool: visits found, held, booked and moved.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"
#include "tests/terminal/session.h"
#include "tests/terminal/terminal.h"

namespace clarity::tests {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class VisitSessionTest : public SessionTest {
 protected:
  // Somebody else at another desk.
  scheduling::v1::Appointment BookElsewhere(const std::string& start) {
    return Value(
        server_.ConnectAs(Claims("other", "AGENT"))
            .AsAgent()
            .BookAppointment(Booking(kConsultation, kLakeForest, start, "patients/other")));
  }
  bool IsFree(const std::string& start) {
    auto request = Hold(kConsultation, kLakeForest, start);
    request.set_validate_only(true);
    return server_.ConnectAs(Claims("other", "AGENT")).AsAgent().CreateHold(request).ok();
  }
};

TEST_F(VisitSessionTest, AWholeCall) {
  const auto agent = Begin();
  agent->Do("caller p-1 --zone eastern", "On the line: patients/p-1.");
  agent->Do("slots consultation lake-forest --limit 4", "#");
  agent->See("1  Mon Mar 2  9:30 AM PST   10:30 AM  12:30 PM EST    Lake Forest");
  agent->See("2  Mon Mar 2  10:30 AM PST");
  agent->Do("2", "Held until 7:20 AM PST (10 minutes): h1");
  agent->See("Consultation at Lake Forest");
  agent->See("Monday, March 2, 2026, 10:30 AM to 11:30 AM PST (1:30 PM EST for the caller)");
  agent->SeePrompt("p-1 [h1 10:00]> ");
  EXPECT_FALSE(IsFree("2026-03-02 10:30"));
  agent->Do("book", "Booked a");
  agent->See("Read back to the caller:");
  agent->See("Monday, March 2, 2026, 10:30 AM to 11:30 AM PST (1:30 PM EST for the caller)");
  agent->SeePrompt("p-1> ");
  agent->Do("move a", "1   Mon Mar 2");
  agent->See("'move a 1' takes it");
  agent->Do("move a 3", "Moved a");
  agent->See("Monday, March 2, 2026, 11:30 AM to 12:30 PM PST");
  agent->Do("confirm a", "Confirmed a");
  agent->Do("list", "a  Mon Mar 2  11:30 AM PST");
  agent->Do("cancel a illness", "Cancelled, late: a");
  agent->Do("list", "No appointments. --all also shows");
  agent->Do("quit", "");
  EXPECT_EQ(agent->Wait(), 0);
}

TEST_F(VisitSessionTest, TabCompletesCommandsOptionsAndWhatIsKnown) {
  const auto agent = Begin();
  agent->Type("sl\t");
  agent->SeePrompt("callcenter> slots ");
  agent->Type("con\t");
  agent->SeePrompt("callcenter> slots consultation ");
  agent->Type("la\t");
  agent->SeePrompt("callcenter> slots consultation lake-forest ");
  agent->Type("--on");
  agent->Type(kTab);
  agent->SeePrompt("callcenter> slots consultation lake-forest --on ");
  agent->Type("mon --with dr-\t\t");
  agent->See("dr-lind    dr-okafor  dr-soto");
  agent->SeePrompt("callcenter> slots consultation lake-forest --on mon --with dr-");
  agent->Type("o\t\r");
  agent->See("Dr. Ada Okafor");
  agent->SeePrompt("callcenter> ");
  agent->Type("cancel a we\t");
  agent->SeePrompt("callcenter> cancel a weather ");
}

TEST_F(VisitSessionTest, ArrowUpBringsALineBackToBeEdited) {
  const auto agent = Begin();
  agent->Do("slots consultation phoenix --limit 1", "Phoenix");
  agent->SeePrompt("callcenter> ");
  agent->Do("clinics", "clinics/phoenix");
  agent->SeePrompt("callcenter> ");
  agent->Type(kUp);
  agent->SeePrompt("callcenter> clinics");
  agent->Type(kUp);
  agent->SeePrompt("callcenter> slots consultation phoenix --limit 1");
  agent->Type(
      "\x7f"
      "2\r");
  agent->See("slots consultation phoenix --limit 2");
  agent->See("2  Mon Mar 2");
}

TEST_F(VisitSessionTest, WhatWasTypedIsNotLeftOnTheDisk) {
  const auto agent = Begin();
  agent->Do("caller p-77 --as 'Ann Example'", "patients/p-77");
  agent->Do("slots consultation lake-forest", "Next:");
  agent->Do("quit", "");
  ASSERT_EQ(agent->Wait(), 0);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_ / "")) {
    EXPECT_THAT((std::vector<std::string>{"token", "clock"}), Contains(entry.path().filename()));
  }
}

TEST_F(VisitSessionTest, AHoldCountsDownAndIsRenewed) {
  const auto agent = Begin();
  agent->Do("slots consultation lake-forest", "Next:");
  agent->Do("1", "h1");
  agent->SeePrompt("callcenter [h1 10:00]> ");
  agent->Type("ren");
  Advance(absl::Seconds(90));
  agent->SeePrompt("callcenter [h1 8:30]> ren");
  Advance(absl::Seconds(410));
  agent->See("h1 lapses soon: Consultation, Mon Mar 2 9:30 AM PST, Lake Forest. 'renew h1' keeps");
  agent->SeePrompt("callcenter [h1 1:40]> ren");
  agent->Type("ew\r");
  agent->See("Held until 7:28 AM PST (10 minutes): h1");
  agent->SeePrompt("callcenter [h1 10:00]> ");
  agent->Do("holds", "(10 minutes): h1");
  agent->Do("release", "Released h1.");
  agent->SeePrompt("callcenter> ");
  EXPECT_TRUE(IsFree("2026-03-02 09:30"));
}

TEST_F(VisitSessionTest, AHoldThatLapsesIsSaidAndCanBeHadAgain) {
  const auto agent = Begin();
  agent->Do("caller p-1", "p-1");
  agent->Do("slots consultation lake-forest", "Next:");
  agent->Do("1", "h1");
  agent->SeePrompt("p-1 [h1 10:00]> ");
  Advance(absl::Minutes(11));
  agent->See("h1 has lapsed: Consultation, Mon Mar 2 9:30 AM PST, Lake Forest.");
  agent->SeePrompt("p-1> ");
  agent->Do("1", "Held until 7:31 AM PST (10 minutes): h1");
  agent->Do("book", "Booked a");
}

TEST_F(VisitSessionTest, TheOnlyOrderThatCoversAVisitIsTakenForIt) {
  scheduling::v1::PutOrderRequest put;
  put.mutable_order()->set_name("orders/o-1");
  put.mutable_order()->set_patient("patients/p-1");
  put.mutable_order()->add_visit_types(kOrderedSession);
  put.mutable_order()->set_units(2);
  *put.mutable_order()->mutable_window()->mutable_start_time() = ToWire(At("2026-03-01 00:00"));
  *put.mutable_order()->mutable_window()->mutable_end_time() = ToWire(At("2026-06-01 00:00"));
  Value(server_.ConnectAs(Claims("service", "SERVICE")).orders->PutOrder(put, {}));
  const auto agent = Begin();
  agent->Do("orders p-1", "orders/o-1  Ketamine session on order  2 of 2  Sun Mar 1  Mon Jun 1");
  agent->Do("caller p-1", "On the line: patients/p-1.");
  agent->Do("slots ordered-session lake-forest --from tomorrow", "Next:");
  agent->Do("book 1", "Booked a");
  agent->Do("orders", "1 of 2");
  agent->Do("caller p-2", "On the line: patients/p-2.");
  agent->Do("orders", "No orders: a clinician has to put one first.");
  agent->Do("slots ordered-session lake-forest --from tomorrow", "Next:");
  agent->Do("book 1", "error: this type of visit needs a clinician's order");
}

TEST_F(VisitSessionTest, ATimeTakenByOthersIsReplacedByOneOfTheAlternatives) {
  const auto agent = Begin();
  agent->Do("caller p-1", "p-1");
  agent->Do("slots consultation lake-forest --limit 4", "1  Mon Mar 2  9:30 AM PST");
  BookElsewhere("2026-03-02 09:30");
  agent->Do("1", "error: the time cannot be had");
  agent->See("Office");
  agent->See("Take one of the times shown");
  agent->See("These times near it are free:");
  agent->See("1  Mon Mar 2  10:30 AM PST");
  agent->Do("book 1", "Booked a");
  agent->See("Monday, March 2, 2026, 10:30 AM to 11:30 AM PST");
}

TEST_F(VisitSessionTest, AServerThatGoesAndComesBackEndsNothing) {
  const auto agent = Begin({"--timeout", "1"});
  agent->Do("caller p-1", "p-1");
  agent->Do("slots consultation lake-forest", "Next:");
  agent->Do("1", "h1");
  server_.Stop();
  agent->Do("book", "The server does not answer. Trying again ...");
  agent->See("error: the server cannot be reached");
  agent->See("Check that the server runs (clarityctl status).");
  agent->SeePrompt("p-1 [h1 10:00]> ");
  server_.Start();
  agent->Do("book", "Booked a");
}

TEST_F(VisitSessionTest, CtrlCGivesUpACallUnderWay) {
  const auto agent = Begin({"--timeout", "60"});
  agent->Do("caller p-1", "p-1");
  agent->Do("slots consultation lake-forest", "Next:");
  server_.Stop();
  agent->Do("book 1", "The server does not answer. Trying again ...");
  agent->Type(kCtrlC);
  agent->See("error: given up by the caller");
  agent->See("look whether it was before you try again.");
  agent->SeePrompt("p-1> ");
  server_.Start();
  agent->Do("book 1", "Booked a");
}

TEST_F(VisitSessionTest, ATimeHeldForAMoveIsNotBookedBesides) {
  const auto agent = Begin();
  agent->Do("caller p-1", "p-1");
  agent->Do("book --visit-type consultation --clinic lake-forest --at 'tomorrow 9am'", "Booked a");
  BookElsewhere("2026-03-03 10:00");
  agent->Do("move a --at 'tomorrow 10am'", "error: the time cannot be had");
  agent->See("1  Tue Mar 3");
  agent->Do("1", "Next: 'move a', 'renew' or 'release'.");
  agent->Do("1", "error: it is held already, as h1");
  agent->Do("book", "error: this time was looked for to move a, not for another visit");
  agent->Do("board lake-forest friday", "0 visits");
  agent->Do("move a", "Moved a");
  agent->Do("move a --clinic phoenix", "Phoenix");
}

TEST_F(VisitSessionTest, ATokenThatHasExpiredIsReplacedWithoutLeaving) {
  TokenClaims claims = Claims("agent", "AGENT");
  claims.expire_time = server_.clock().Now() + absl::Hours(1);
  SignIn(claims);
  const auto agent = Begin();
  agent->Do("clinics", "clinics/phoenix");
  Advance(absl::Hours(2));
  agent->Do("clinics", "Get a new token (clarityctl token)");
  SignIn(Claims("agent", "AGENT"));
  agent->Do("clinics", "clinics/phoenix");
}

TEST_F(VisitSessionTest, WrongInputOfEveryKindIsAnswered) {
  const struct {
    const char* line;
    const char* answer;
  } cases[] = {
      {"fly", "there is no command 'fly'"},
      {"slots", "say which visit: 'visit-types' lists them"},
      {"slots consultation --dayz 3", "--dayz"},
      {"slots consultation --days 500", "--days: Value 500 not in range 1 to 180"},
      {"slots consultation --from someday", "'someday' is no day"},
      {"slots consultation --after teatime", "'teatime' is no time"},
      {"slots consultation --on someday", "'someday' is no day of the week"},
      {"slots consultation nowhere", "clinics/nowhere does not exist"},
      {"slots tea lake-forest", "visitTypes/tea does not exist"},
      {"slots consultation --near there", "'there' is no place"},
      {"slots consultation lake-forest --near irvine", "say one of the two"},
      {"7", "no slots have been shown yet"},
      {"hold", "say which time"},
      {"hold --at noon", "say which time"},
      {"renew", "nothing is held"},
      {"release h9", "nothing is held as h9"},
      {"book", "say which time"},
      {"book 1 --patient p-1", "no slots have been shown yet"},
      {"book --visit-type consultation --clinic phoenix --at 'fri 9am' --patient p --callback "
       "911-x",
       "'911-x' is no telephone number"},
      {"show", "appointment is required"},
      {"show z", "no visits have been shown yet"},
      {"show 0000000000", "appointments/0000000000"},
      {"cancel x boredom", "error: --reason: boredom not in"},
      {"board nowhere", "clinics/nowhere does not exist"},
      {"board lake-forest someday", "'someday' is no day"},
      {"caller p-1 --zone mars", "there is no time zone mars"},
      {"arrive 0000000000", "you may not do this"},
      {"undo a", "--reason is required"},
      {"help tea", "tea"},
      {"say 'so", "a ' is left open"},
      {"say \"so", "a \" is left open"},
      {"n\xC3\xB1u", "there is no command 'n\xC3\xB1u'"},
  };
  const auto agent = Begin();
  for (const auto& c : cases) {
    SCOPED_TRACE(c.line);
    agent->Do(c.line, c.answer);
  }
  agent->Do("clinics", "clinics/phoenix");
}

TEST_F(VisitSessionTest, CtrlCGivesUpTheLineAndCtrlDLeavesAndReleases) {
  const auto agent = Begin();
  agent->Do("slots consultation lake-forest", "Next:");
  agent->Do("1", "h1");
  agent->SeePrompt("callcenter [h1 10:00]> ");
  agent->Type("book --patient p-1");
  agent->Type(kCtrlC);
  agent->See("book --patient p-1^C");
  agent->SeePrompt("callcenter [h1 10:00]> ");
  agent->Do("watch", "Ctrl-C ends it.");
  agent->Type(kCtrlC);
  agent->SeePrompt("callcenter [h1 10:00]> ");
  EXPECT_FALSE(IsFree("2026-03-02 09:30"));
  agent->Type(kCtrlD);
  agent->See("Released h1: Consultation, Mon Mar 2 9:30 AM PST, Lake Forest.");
  EXPECT_EQ(agent->Wait(), 0);
  EXPECT_TRUE(IsFree("2026-03-02 09:30"));
}

TEST_F(VisitSessionTest, TheNextCallerBeginsWithNothingHeld) {
  const auto agent = Begin();
  agent->Do("caller p-1", "p-1");
  agent->Do("slots consultation lake-forest", "Next:");
  agent->Do("1", "h1");
  agent->Do("caller p-2", "Released h1:");
  agent->See("On the line: patients/p-2.");
  agent->SeePrompt("p-2> ");
  EXPECT_TRUE(IsFree("2026-03-02 09:30"));
}

TEST_F(VisitSessionTest, AWindowThatIsClosedReleasesWhatIsHeld) {
  const auto agent = Begin();
  agent->Do("slots consultation lake-forest", "Next:");
  agent->Do("1", "h1");
  agent->SeePrompt("callcenter [h1 10:00]> ");
  agent->Close();
  EXPECT_EQ(agent->Wait(), 0);
  EXPECT_TRUE(IsFree("2026-03-02 09:30"));
}

TEST_F(VisitSessionTest, LooksWhoIsWhereWhatIsNextAndWhyNot) {
  BookElsewhere("2026-03-03 09:00");
  const auto agent = Begin();
  agent->Do("board lake-forest tomorrow", "Lake Forest, Tuesday, March 3, 2026: 1 visit");
  agent->See("a  9:00 AM PST  10:00 AM  booked");
  agent->Do("show a", "patients/other");
  agent->Do("next consultation phoenix --openings 2", "1  Phoenix  anybody  Mon Mar 2");
  agent->See("2  Phoenix  anybody");
  agent->Do("month consultation lake-forest", "Lake Forest, March 2026: the day, and how many");
  agent->See("23: 15  24: 15");
  agent->Do("explain consultation lake-forest 'tomorrow 9am'", "It cannot be had:");
  agent->See("Office");
  agent->See("These times near it are free:");
  agent->See("1  Tue Mar 3  10:00 AM PST");
  agent->Do("explain consultation lake-forest 'tomorrow 10am'", "It can be had:");
  agent->Do("slots consultation --near 33.65,-117.69 --within 5 --limit 1", "Lake Forest");
  agent->See("0");
}

TEST_F(VisitSessionTest, ALetterKeepsItsVisitAsLongAsTheCallLasts) {
  BookElsewhere("2026-03-03 09:00");
  const auto agent = Begin();
  agent->Do("caller p-1", "On the line: patients/p-1.");
  agent->Do("slots consultation lake-forest --limit 4", "#");
  agent->Do("2", "Held until");
  agent->Do("book", "Booked a");
  agent->Do("board lake-forest tomorrow", "Lake Forest, Tuesday, March 3, 2026: 1 visit");
  agent->See("b  9:00 AM PST  10:00 AM  booked");
  agent->Do("list", "a  Mon Mar 2  10:30 AM PST");
  agent->Do("cancel a illness", "Cancelled, late: a");
  agent->Do("board lake-forest tomorrow", "b  9:00 AM PST  10:00 AM  booked");
}

TEST_F(VisitSessionTest, HelpHasAnExampleOfEachCommand) {
  const auto agent = Begin(Terminal::Size{80, 120});
  agent->Do("help", "Finding a time:");
  agent->See("next");
  agent->See("The visit:");
  agent->See("a number alone holds a slot");
  for (const char* command :
       {"slots",       "next",         "month",        "explain",     "hold",        "renew",
        "release",     "book",         "move",         "cancel",      "confirm",     "arrive",
        "start",       "complete",     "no-show",      "undo",        "show",        "board",
        "list",        "orders",       "watch",        "clinics",     "visit-types", "caller",
        "holds",       "overdue",      "pathway",      "contact",     "alert",       "patient",
        "patient new", "patient find", "patient show", "episode open"}) {
    agent->Do(absl::StrCat("help ", command), "Examples:");
    agent->See(absl::StrCat("  ", command));
  }
}

TEST_F(VisitSessionTest, TablesFitTheTerminalAlsoAfterItsSizeHasChanged) {
  const auto agent = Begin(Terminal::Size{50, 60});
  agent->Do("slots consultation lake-forest --limit 1", "10:30 AM  Lake Fore…  Dr. Henrik…");
  agent->Resize({50, 120});
  agent->Do("slots consultation lake-forest --limit 1", "Dr. Henrik Lind");
}

TEST_F(VisitSessionTest, ColoursAreForTerminalsThatWantThem) {
  const auto coloured = Begin();
  coloured->Do("clinics", "clinics/phoenix");
  EXPECT_THAT(coloured->written(), HasSubstr("\x1b[2mclinic\x1b[0m"));
  variables_["NO_COLOR"] = "1";
  const auto plain = Begin();
  plain->Do("clinics", "clinics/phoenix");
  EXPECT_THAT(plain->written(), Not(HasSubstr("\x1b[2m")));
}

TEST_F(VisitSessionTest, ThroughAPipeProgramsGetNothingButDocuments) {
  const auto shell = BeginShell(
      "printf 'caller p-1\nslots consultation lake-forest --limit 1\n1\nfly\n' "
      "| " CLARITY_TESTS_CALLCENTER " --json > \"$HOME/out\" 2> \"$HOME/err\"");
  EXPECT_EQ(shell->Wait(), 2);
  std::ifstream out(directory_ / "out");
  const std::string said{std::istreambuf_iterator<char>(out), std::istreambuf_iterator<char>()};
  EXPECT_EQ(said.substr(0, 13), "{\n \"slots\": [");
  EXPECT_THAT(said, HasSubstr("\"name\": \"holds/"));
  EXPECT_THAT(said, HasSubstr("\"code\": \"INVALID_ARGUMENT\""));
  EXPECT_THAT(said, Not(HasSubstr("Released")));
  EXPECT_TRUE(IsFree("2026-03-02 09:30"));
}

TEST_F(VisitSessionTest, ThroughAPipeLinesAreAnsweredWithoutPromptOrColour) {
  const auto shell = BeginShell(
      "printf 'slots consultation lake-forest --limit 1\\n\\n1\\nfly\\n' "
      "| " CLARITY_TESTS_CALLCENTER " > \"$HOME/out\" 2> \"$HOME/err\"");
  EXPECT_EQ(shell->Wait(), 2) << "the code of what failed";
  std::ifstream out(directory_ / "out");
  const std::string said{std::istreambuf_iterator<char>(out), std::istreambuf_iterator<char>()};
  EXPECT_THAT(said, HasSubstr("1  Mon Mar 2  9:30 AM PST"));
  EXPECT_THAT(said, HasSubstr("Held until 7:20 AM PST (10 minutes): h1"));
  EXPECT_THAT(said, HasSubstr("Released h1:"));
  EXPECT_THAT(said, Not(HasSubstr("> ")));
  EXPECT_THAT(said, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace clarity::tests
