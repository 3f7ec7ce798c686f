// A patient's own care in few lines: signs up, agrees to treatment, fills in the questionnaires and
// looks where it stands. The server is named by CLARITY_SERVER, the patient by the token in the
// file CLARITY_TOKEN_FILE:
//
//   sample_care treatment-2026-02

#include <cstdlib>
#include <iostream>

#include "clients/core/channel.h"
#include "clients/core/credentials.h"
#include "clients/core/errors.h"
#include "clients/portal/portal_care_client.h"
#include "clients/samples/portal_care.h"

namespace {

using namespace clarity;  // NOLINT: a sample reads better without it on every line
using consultation::v1::Answer;
using consultation::v1::QuestionnaireItem;

int Fail(const absl::Status& status) {
  std::cerr << status << '\n' << "reason: " << client::ReasonOf(status) << '\n';
  return 1;
}

absl::Status SignUp(const client::PortalCareClient& care) {
  const auto own = care.GetPatient();
  if (!own.ok()) return own.status();
  consultation::v1::Episode episode;
  episode.set_clinic(own->clinic());
  episode.add_reasons(consultation::v1::Episode::REASON_ANXIETY);
  const absl::Status opened = care.OpenEpisode(episode).status();
  return client::ReasonOf(opened) == "EPISODE_OPEN" ? absl::OkStatus() : opened;  // long ago
}

int Run(const char* server, const char* token_file, const char* wording) {
  client::ChannelOptions channel_options;
  channel_options.server = server;
  channel_options.user_agent = "sample-care";
  const auto channel = client::MakeChannel(channel_options);
  if (!channel.ok()) return Fail(channel.status());
  const client::PortalCareClient care(client::MakeCareConnections(*channel, client::Options()),
                                      client::TokenFileCredentials(token_file));

  const absl::Status signed_up = SignUp(care);
  if (!signed_up.ok()) return Fail(signed_up);
  const auto agreed = care.RecordConsent(consultation::v1::Consent::KIND_TREATMENT, wording);
  if (!agreed.ok()) return Fail(agreed.status());
  // Here a portal shows item.text() with what can be answered. Who skips it does not know.
  const auto filled_in = samples::FillInWhatIsMissing(care, [](const QuestionnaireItem& item) {
    Answer answer;
    answer.set_link_id(item.link_id());
    answer.set_not_known(true);
    return answer;
  });
  if (!filled_in.ok()) return Fail(filled_in.status());
  std::cout << "submitted " << *filled_in << '\n';
  const auto pathway = care.GetPathway();
  if (!pathway.ok()) return Fail(pathway.status());
  for (const auto& step : pathway->steps()) {
    for (const auto& point : step.open_points())
      std::cout << "open " << point.description() << '\n';
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const char* server = std::getenv("CLARITY_SERVER");
  const char* token_file = std::getenv("CLARITY_TOKEN_FILE");
  if (argc != 2 || server == nullptr || token_file == nullptr) {
    std::cerr << "usage: CLARITY_SERVER=HOST:PORT CLARITY_TOKEN_FILE=FILE " << argv[0]
              << " WORDING-OF-THE-CONSENT\n";
    return 2;
  }
  return Run(server, token_file, argv[1]);
}
