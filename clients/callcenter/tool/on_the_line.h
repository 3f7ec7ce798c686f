#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_ON_THE_LINE_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_ON_THE_LINE_H_

#include <string>

#include "clarity/consultation/v1/episode.pb.h"
#include "clarity/consultation/v1/patient.pb.h"

namespace clarity::client {

// Who is on the line in a session, as far as it is known.
struct OnTheLine {
  std::string title;    // what the prompt calls them; empty: nobody is
  std::string patient;  // "patients/p-1"; empty: without a record
  std::string label;    // what to call one without a record
  std::string number;   // that they call from; empty: not known
  std::string order;    // the clinician's order for their sessions, where the agent has named it
  bool called = false;  // we have called them
  consultation::v1::Patient record;   // empty where consultation does not know them
  consultation::v1::Pathway pathway;  // as it was shown last; without an episode: none is open
  consultation::v1::Pathway::BookableVisit visit;  // that times were looked for; empty: none
  bool alert_open = false;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_ON_THE_LINE_H_
