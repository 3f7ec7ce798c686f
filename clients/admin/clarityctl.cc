#include "clients/admin/clarityctl.h"

#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "clients/admin/apply.h"
#include "clients/admin/apply_policy.h"
#include "clients/admin/catalog_files.h"
#include "clients/admin/put_order.h"
#include "clients/admin/token.h"
#include "clients/core/health.h"
#include "clients/terminal/failure.h"
#include "clients/terminal/names.h"

namespace clarity::client {
namespace {

struct TokenFlags {
  std::string generate_key;
  std::string public_directory;
  std::string key;
  std::string valid = "12h";
  TokenClaims claims;
};

ExitCode MakeKey(const TokenFlags& flags, const Console& console) {
  const auto key = GenerateKey(flags.generate_key, flags.public_directory);
  if (!key.ok()) return Report(console, key.status());
  *console.out << "Made the key " << key->id << ". Keep " << flags.generate_key << "/" << key->id
               << ".pem private; clarityd takes the public key as " << key->id << ".pem.\n";
  return kExitOk;
}

// A patient's is good for the own record everywhere, an operator's for what no clinic has alone.
bool SeesNoClinic(const TokenClaims& claims) {
  const auto is_of_clinics = [](const std::string& role) {
    return role != "PATIENT" && role != "OPERATOR";
  };
  return claims.clinics.empty() && absl::c_any_of(claims.roles, is_of_clinics);
}

ExitCode RunToken(TokenFlags flags, const Console& console) {
  if (!flags.generate_key.empty()) return MakeKey(flags, console);
  if (flags.key.empty()) {
    return Report(console, absl::InvalidArgumentError("a token needs a key to sign it: --key"));
  }
  if (!absl::ParseDuration(flags.valid, &flags.claims.valid)) {
    return Report(console, absl::InvalidArgumentError(absl::StrCat(
                               "--valid takes a duration such as 12h or 30m, not ", flags.valid)));
  }
  TokenClaims& claims = flags.claims;
  for (std::string& role : claims.roles) absl::AsciiStrToUpper(&role);
  for (std::string& clinic : claims.clinics) clinic = FullName("clinics", clinic);
  claims.patient = FullName("patients", claims.patient);
  claims.practitioner = FullName("practitioners", claims.practitioner);

  const auto key = ReadKey(flags.key);
  if (!key.ok()) return Report(console, key.status());
  const auto token = IssueToken(claims, *key, console.environment);
  if (!token.ok()) return Report(console, token.status());
  *console.out << *token << '\n';
  if (SeesNoClinic(claims)) {
    *console.err << console.Styled(Tone::kWarning, "The token is good for no clinic: ")
                 << "name them with --clinic, or all with --clinic clinics/-.\n";
  }
  return kExitOk;
}

ExitCode RunExport(const std::string& directory, const AdminClient& client,
                   const Console& console) {
  const auto exported = client.ExportCatalog();
  if (!exported.ok()) return Report(console, exported.status());
  if (directory.empty()) {
    *console.out << CatalogText(exported->catalog());
    return kExitOk;
  }
  const absl::Status written = WriteCatalogFiles(exported->catalog(), directory);
  if (!written.ok()) return Report(console, written);
  const auto& catalog = exported->catalog();
  *console.out << "Wrote " << Counted(catalog.clinics_size(), "clinic") << ", "
               << Counted(catalog.resources_size(), "resource") << " and "
               << Counted(catalog.visit_types_size(), "visit type") << " to " << directory << ".\n";
  return kExitOk;
}

template <typename Item>
absl::StatusOr<int64_t> CountOf(PageRange<Item> range) {
  int64_t count = 0;
  for (const auto& item : range) {
    if (!item.ok()) return item.status();
    ++count;
  }
  return count;
}

ExitCode RunStatus(const ServerFlags& flags, const AdminServer& server, const Console& console) {
  const auto serving = server.is_serving();
  if (!serving.ok()) return Report(console, serving.status());
  *console.out << "server   " << flags.channel.server << '\n'
               << "health   " << (*serving ? "serving" : "not serving") << '\n';
  if (!*serving) return kExitUnavailable;
  if (flags.token_file.empty()) {
    *console.out << "catalog  not asked for: there is no token (--token-file)\n";
    return kExitOk;
  }
  const auto clinics = CountOf(server.client.ListClinics());
  if (!clinics.ok()) return Report(console, clinics.status());
  const auto resources = CountOf(server.client.ListResources());
  if (!resources.ok()) return Report(console, resources.status());
  const auto visit_types = CountOf(server.client.ListVisitTypes());
  if (!visit_types.ok()) return Report(console, visit_types.status());
  *console.out << "catalog  " << Counted(*clinics, "clinic") << ", "
               << Counted(*resources, "resource") << ", " << Counted(*visit_types, "visit type")
               << '\n';
  return kExitOk;
}

constexpr char kTokenExamples[] =
    "Examples:\n"
    "  clarityctl token --generate-key keys-private --public keys\n"
    "  clarityctl token --key keys-private --subject agent-7 --role AGENT --clinic clinics/-\n"
    "  clarityctl token --key keys-private --subject ana --role PATIENT --patient p-1 --valid 1h\n";

void AddToken(CLI::App* app, TokenFlags* flags) {
  app->add_option("--generate-key", flags->generate_key,
                  "Make an EC P-256 key pair in this directory, and no token")
      ->type_name("DIR");
  app->add_option("--public", flags->public_directory,
                  "With --generate-key: put the public key here, where clarityd --keys looks")
      ->type_name("DIR");
  app->add_option("--key", flags->key,
                  "Private key (PEM) that signs, or the directory of the only one")
      ->type_name("PATH");
  TokenClaims& claims = flags->claims;
  app->add_option("--subject", claims.subject, "Who the token is for");
  app->add_option("--actor", claims.actor, "Who really acts, where it is for the subject");
  app->add_option("--role", claims.roles,
                  "PATIENT, AGENT, STAFF, CLINICIAN, OPERATOR or SERVICE; may be repeated")
      ->allow_extra_args(false);
  app->add_option("--patient", claims.patient, "The patient a PATIENT is");
  app->add_option("--practitioner", claims.practitioner, "The practitioner a CLINICIAN is");
  app->add_option("--clinic", claims.clinics,
                  "A clinic the token is good for; may be repeated; clinics/-: all")
      ->allow_extra_args(false);
  app->add_option("--valid", flags->valid, "For how long: 12h, 30m")->capture_default_str();
  app->add_option("--issuer", claims.issuer, "The `iss` claim")->capture_default_str();
  app->add_option("--audience", claims.audience, "The `aud` claim")->capture_default_str();
  app->footer(kTokenExamples);
}

constexpr char kApplyExamples[] =
    "Shows what would change (+ new, ~ changed, - gone), asks, then changes all of it or nothing.\n"
    "Examples:\n"
    "  clarityctl apply -f deploy/demo --dry-run\n"
    "  clarityctl apply -f deploy/demo --yes\n";

void AddApply(CLI::App* app, ApplyOptions* options) {
  app->add_option("-f,--file", options->path,
                  "A *.textproto file, or a directory of them, with the whole catalog")
      ->required()
      ->type_name("PATH");
  app->add_flag("--yes", options->yes, "Do not ask");
  app->add_flag("--dry-run", options->dry_run, "Only show what would change");
  app->add_flag("--accept-orphans", options->accept_orphans,
                "Take it that appointments lose their cover; they are marked for attention");
  app->footer(kApplyExamples);
}

constexpr char kApplyPolicyExamples[] =
    "Shows what would change (+ new, ~ changed, - gone), and which decisions on open episodes "
    "would,\n"
    "asks, then changes all of it or nothing. It is in force at once; every version is kept.\n"
    "Examples:\n"
    "  clarityctl policy apply -f deploy/policy --dry-run\n"
    "  clarityctl policy apply -f deploy/policy --yes --comment \"ECG from 60 years\"\n";

void AddApplyPolicy(CLI::App* app, ApplyPolicyOptions* options) {
  app->add_option("-f,--file", options->path,
                  "A *.textproto file, or a directory of them, with the whole policy")
      ->required()
      ->type_name("PATH");
  app->add_option("--comment", options->comment, "Why, for the list of versions");
  app->add_flag("--yes", options->yes, "Do not ask");
  app->add_flag("--dry-run", options->dry_run, "Only show what would change");
  app->footer(kApplyPolicyExamples);
}

void AddExportPolicy(CLI::App* app, ExportPolicyOptions* options) {
  app->add_option("policy", options->name, "Which; otherwise the only one");
  app->add_option("--policy-version", options->version, "As it was in this version")
      ->check(CLI::Range(1, 1'000'000'000));
  app->add_option("-o,--output", options->directory, "To files in this directory; otherwise shown")
      ->type_name("DIR");
}

constexpr char kOrderExamples[] =
    "Takes a token with the role SERVICE. An order of the same name is changed.\n"
    "Example:\n"
    "  clarityctl order --patient p-1 --visit-type iv-session --units 6 --gap-hours 48\n";

void AddOrder(CLI::App* app, PutOrderOptions* options) {
  app->add_option("--name", options->name, "Its name; otherwise a new one");
  app->add_option("--patient", options->patient, "For whom")->required();
  app->add_option("--clinic", options->clinic, "The clinic it was agreed at");
  app->add_option("--visit-type", options->visit_types, "For which visits; may be repeated")
      ->required();
  app->add_option("--units", options->units, "How many visits")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app->add_option("--days", options->days, "So many days from now on")
      ->check(CLI::Range(1, 366))
      ->capture_default_str();
  app->add_option("--gap-hours", options->gap_hours, "Least time from one start to the next")
      ->check(CLI::Range(0, 8760))
      ->capture_default_str();
  app->footer(kOrderExamples);
}

constexpr char kCallExamples[] =
    "Request and reply are JSON, as in the reference of the RPCs (proto/README.md). What is said\n"
    "about a patient is better kept out of the list of processes: take -f for that.\n"
    "Examples:\n"
    "  clarityctl call                                  lists the methods\n"
    "  clarityctl call EpisodeService.ListOverdueContacts '{\"pageSize\": 5}'\n"
    "  clarityctl call ClearanceService.RecordResults -f vital-signs.json\n";

void AddCall(CLI::App* app, CallCommand* command) {
  app->add_option("method", command->method, "Which: PlanService.GetPlan; otherwise lists them");
  app->add_option("request", command->json, "The request; otherwise an empty one")
      ->type_name("JSON");
  app->add_option("-f,--file", command->file, "A file with the request; -: the standard input")
      ->type_name("PATH");
  app->footer(kCallExamples);
}

struct BackupFlags {
  std::string data;
  std::string target;
};

constexpr char kBackupExamples[] =
    "The server may run and goes on as before; what it had acknowledged when this began is in the\n"
    "copy. The copy is verified as `verify` does, and compared. To restore, stop the server, put "
    "the\n"
    "copy in the place of its data directory, and start it.\n"
    "Example:\n"
    "  clarityctl backup --data /var/lib/clarity --to /backup/clarity-monday\n";

void AddBackup(CLI::App* app, BackupFlags* flags) {
  app->add_option("--data", flags->data, "Data directory of the server (clarityd --data)")
      ->required()
      ->type_name("DIR");
  app->add_option("--to", flags->target, "Directory to make; it must not exist")
      ->required()
      ->type_name("DIR");
  app->footer(kBackupExamples);
}

}  // namespace

absl::StatusOr<AdminServer> ConnectAdmin(const ServerFlags& flags) {
  ChannelOptions channel_options = flags.channel;
  channel_options.user_agent = "clarityctl";
  auto channel = MakeChannel(channel_options);
  if (!channel.ok()) return channel.status();
  const Options options = OptionsOf(flags);
  return AdminServer{
      AdminClient(MakeCatalogConnection(*channel, options)),
      PolicyClient(std::make_shared<PolicyConnection>(*channel, options)),
      MakeOrderConnection(*channel, options),
      [channel = *channel, deadline = options.deadline] { return IsServing(channel, deadline); },
      InvokeOver(*channel, options)};
}

int RunClarityctl(const std::vector<std::string>& arguments, const Console& console,
                  const AdminConnect& connect, const RunClarityd& run_clarityd) {
  CLI::App app("Runs a Clarity server: its catalog, policies, tokens and backups, how it is.",
               "clarityctl");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(kExitCodesHelp);
  ServerFlags server_flags;
  AddServerFlags(&app, &server_flags);

  int result = kExitOk;
  const auto with_server = [&](const std::function<ExitCode(const AdminServer&)>& command) {
    const absl::StatusOr<AdminServer> server = connect(server_flags);
    result = server.ok() ? command(*server) : Report(console, server.status());
  };

  const auto with_clarityd = [&](const std::vector<std::string>& clarityd_arguments) {
    const absl::Status status = run_clarityd(clarityd_arguments);
    result = status.ok() ? kExitOk : Report(console, status);
  };

  TokenFlags token_flags;
  CLI::App* token = app.add_subcommand("token", "Issue a token, or make the key that signs them");
  AddToken(token, &token_flags);
  token->callback([&] { result = RunToken(token_flags, console); });

  ApplyOptions apply_options;
  CLI::App* apply = app.add_subcommand("apply", "Make the catalog what text files declare");
  AddApply(apply, &apply_options);
  apply->callback([&] {
    with_server(
        [&](const AdminServer& server) { return Apply(apply_options, server.client, console); });
  });

  std::string directory;
  CLI::App* export_command = app.add_subcommand("export", "Write the catalog as text files");
  export_command
      ->add_option("-o,--output", directory, "To files in this directory; otherwise shown")
      ->type_name("DIR");
  export_command->callback([&] {
    with_server(
        [&](const AdminServer& server) { return RunExport(directory, server.client, console); });
  });

  CLI::App* policy = app.add_subcommand("policy", "What a clinic decides by: its rules as data");
  policy->require_subcommand(1);
  policy->fallthrough();
  const auto with_policies = [&](const std::function<ExitCode(const PolicyClient&)>& command) {
    with_server([&](const AdminServer& server) { return command(server.policies); });
  };
  ApplyPolicyOptions apply_policy_options;
  CLI::App* apply_policy = policy->add_subcommand("apply", "Make a policy what text files declare");
  AddApplyPolicy(apply_policy, &apply_policy_options);
  apply_policy->callback([&] {
    with_policies([&](const PolicyClient& client) {
      return ApplyPolicy(apply_policy_options, client, console);
    });
  });
  ExportPolicyOptions export_policy_options;
  CLI::App* export_policy = policy->add_subcommand("export", "Write a policy as text files");
  AddExportPolicy(export_policy, &export_policy_options);
  export_policy->callback([&] {
    with_policies([&](const PolicyClient& client) {
      return ExportPolicy(export_policy_options, client, console);
    });
  });
  CLI::App* list_policies = policy->add_subcommand("list", "The versions of the policies");
  list_policies->callback([&] {
    with_policies([&](const PolicyClient& client) { return ListPolicyVersions(client, console); });
  });

  PutOrderOptions order_options;
  CLI::App* order = app.add_subcommand("order", "Put an order: visits a clinician has agreed to");
  AddOrder(order, &order_options);
  order->callback([&] {
    with_server([&](const AdminServer& server) {
      return PutOrder(order_options, *server.orders, console);
    });
  });

  CallCommand call_command;
  CLI::App* call = app.add_subcommand("call", "Call any method, with JSON");
  AddCall(call, &call_command);
  call->callback([&] {
    with_server([&](const AdminServer& server) {
      return CallMethod(call_command, server.invoke, console);
    });
  });

  BackupFlags backup_flags;
  CLI::App* backup =
      app.add_subcommand("backup", "Copy a data directory beside the server, and verify the copy");
  AddBackup(backup, &backup_flags);
  backup->callback([&] {
    with_clarityd({"backup", "--data", backup_flags.data, "--to", backup_flags.target});
  });

  std::string verified;
  CLI::App* verify = app.add_subcommand(
      "verify", "Whether a data directory or a backup is whole, and what it holds");
  verify->add_option("directory", verified, "A backup, or the data directory of a server")
      ->required()
      ->type_name("DIR");
  verify->callback([&] { with_clarityd({"verify", verified}); });

  CLI::App* status = app.add_subcommand("status", "Whether the server is up, and what it has");
  status->callback([&] {
    with_server(
        [&](const AdminServer& server) { return RunStatus(server_flags, server, console); });
  });

  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return app.exit(error, *console.out, *console.err) == 0 ? kExitOk : kExitUsage;
  }
  return result;
}

}  // namespace clarity::client
