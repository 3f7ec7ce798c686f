#include "clients/callcenter/tool/callcenter.h"

#include <utility>

#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/str_cat.h"
#include "clients/callcenter/tool/command_line.h"
#include "clients/callcenter/tool/desk.h"
#include "clients/callcenter/tool/session.h"
#include "clients/callcenter/tool/when.h"
#include "clients/terminal/failure.h"

namespace clarity::client {
namespace {

constexpr char kAboutSessions[] =
    "Without a command a session begins, for as many calls as come: 'callcenter', then 'help'.\n"
    "Its commands are these, typed, or read from a pipe. What was typed is kept in memory "
    "only.\n\n";

struct Flags {
  CallCenterFlags server;
  bool json = false;
  std::string caller_zone;
};

// A caller is on the line: that the server does not answer is said at once, not at the deadline.
ExitCode RunSession(CallCenterFlags server, const Desk::Setup& setup, const Console& console,
                    const CallCenterConnect& connect) {
  bool told = false;  // during this command
  if (console.can_ask) {
    server.before_waiting = [&] {
      if (told) return;
      told = true;
      *console.err << console.Styled(Tone::kWarning, "The server does not answer. Trying again ...")
                   << std::endl;
    };
  }
  server.interrupt = std::make_shared<Interrupt>();
  server.session = true;
  const auto clients = connect(server);
  if (!clients.ok()) return Report(console, clients.status());
  Desk desk(*clients, &console, LastSlots(), setup);
  return Session(&desk, &console, server.interrupt.get(), [&told] { told = false; })
      .Run(server.channel.server);
}

ExitCode Run(const Flags& flags, const CommandLine::Command& command, const Console& console,
             const CallCenterConnect& connect) {
  Desk::Setup setup;
  setup.json = flags.json;
  setup.session = command == nullptr;
  if (!flags.caller_zone.empty()) {
    const auto zone = ParseZone(flags.caller_zone);
    if (!zone.ok()) return Report(console, zone.status());
    setup.caller_zone = *zone;
  }
  if (setup.session) return RunSession(flags.server, setup, console, connect);
  const auto clients = connect(flags.server);
  if (!clients.ok()) return Report(console, clients.status());
  const std::string& server = flags.server.channel.server;
  Desk desk(*clients, &console, LastSlots(LastSlots::DefaultPath(console), server), setup);
  return command(desk);
}

}  // namespace

absl::StatusOr<DeskClients> ConnectCallCenter(const CallCenterFlags& flags) {
  ChannelOptions channel_options = flags.channel;
  channel_options.user_agent = "callcenter";
  const auto channel = MakeChannel(channel_options);
  if (!channel.ok()) return channel.status();
  if (!flags.consultation_server.empty()) channel_options.server = flags.consultation_server;
  const auto consultation =
      flags.consultation_server.empty() ? channel : MakeChannel(channel_options);
  if (!consultation.ok()) return consultation.status();
  const Options options = OptionsOf(flags);
  // Where consultation is another server, one may be away while the other answers.
  CallCenterFlags care_flags = flags;
  care_flags.channel.server = channel_options.server;
  const Options care_options = flags.consultation_server.empty() ? options : OptionsOf(care_flags);
  return DeskClients{CallCenterClient(MakeSchedulingConnection(*channel, options),
                                      MakeCatalogConnection(*channel, options),
                                      MakeOrderConnection(*channel, options)),
                     CareClient(MakeCareConnections(*consultation, care_options))};
}

int RunCallCenter(const std::vector<std::string>& arguments, const Console& console,
                  const CallCenterConnect& connect) {
  CLI::App app(
      "Who is calling, how far their care has come, what can be booked for them, and when: all "
      "while they are on the line.",
      "callcenter");
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.footer(absl::StrCat(kAboutSessions, kExitCodesHelp));
  Flags flags;
  AddServerFlags(&app, &flags.server);
  app.add_option("--consultation-server", flags.server.consultation_server,
                 "Where consultation is served, if not there, host:port")
      ->envname("CLARITY_CONSULTATION_SERVER")
      ->group("Server");
  app.add_flag("--json", flags.json, "A JSON document instead of text, also for errors");
  app.add_option("--caller-zone", flags.caller_zone,
                 "Also show times on the caller's clock: eastern, America/New_York");
  const CommandLine commands(&app, "callcenter ");
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error, *console.out, *console.err) == 0 ? kExitOk : kExitUsage;
  }
  return Run(flags, commands.chosen(), console, connect);
}

}  // namespace clarity::client
