import CommandLineTable
import ControllerAPI

/// The exit codes that scripts may rely on.
enum ExitCode {
    static let inLine: Int32 = 0
    static let failed: Int32 = 1
    static let drift: Int32 = 2
    static let unreachable: Int32 = 3
    static let refused: Int32 = 4
    static let notRemediated: Int32 = 5
    static let usage: Int32 = 64
}

/// All commands of `nestor`, as help and completion show them.
func nestorCommandTable(version: String) -> CommandLineTable {
    CommandLineTable(
        root: Command(
            "nestor", "keep a fleet's nested virtualization as its owner wants it",
            discussion:
                "Talks to the controller daemon, nestord, over its socket. 'nestor check' looks at this machine "
                + "alone and needs no controller.",
            examples: [
                ("nestor check", "what nesting is on this machine, what is wrong, what to do"),
                ("nestor host enrol rack7 --address 10.0.0.7", "add a hypervisor host"),
                ("nestor policy apply -f policies.yaml", "say how guests should be"),
                ("nestor drift", "what is not so (exit code 2 where anything is)"),
                ("nestor remediate", "show the plan, ask, correct, and check inside the guests"),
            ],
            options: [
                CommandOption(
                    "socket", value: "PATH", "the controller's socket; else $NESTOR_SOCKET, else where nestord puts it"),
                CommandOption("output", short: "o", "how to print", allowed: ["table", "json"]),
            ],
            commands: [
                checkCommand, hostCommand, agentCommand, treeCommand, driftCommand, planCommand, remediateCommand,
                remediationCommand, changeCommand, windowCommand, freezeCommand, unfreezeCommand, reportCommand,
                fleetCommand, policyCommand, statusCommand, auditCommand, historyCommand,
            ]), version: version,
        exitCodes: [
            (ExitCode.inLine, "done; nothing is out of line"), (ExitCode.failed, "it failed; the message says why"),
            (ExitCode.drift, "drift, or a failed check, was found"),
            (ExitCode.unreachable, "nestord could not be reached"),
            (ExitCode.refused, "refused: faults in a file, no permission, frozen, or the world changed"),
            (ExitCode.notRemediated, "the remediation ended without correcting everything"),
            (ExitCode.usage, "the command line is wrong"),
        ])
}

let pathArgument = CommandArgument("path", "a place in the tree, such as rack7/build-l1")
let pathsArgument = CommandArgument(
    "path", "only these places and all below them; none means the whole fleet", optional: true, repeated: true)
private let yes = CommandOption("yes", short: "y", "do not ask")
let files = CommandOption(
    "file", short: "f", value: "FILE",
    "a YAML file, a folder of them (but not those in folders below it), or '-' for standard input", repeated: true)
let expectRevision = CommandOption(
    "expect-revision", value: "N", "refuse where the stored revision is another one")
private let operatorKey = [
    CommandOption(
        "operator-key", value: "FILE",
        "your own private key for the host, held in memory for this request only; else ~/.ssh/id_ed25519"),
    CommandOption("passphrase-file", value: "FILE", "holds the key's passphrase"),
]

private let checkCommand = Command(
    "check", "check this machine alone, without a controller",
    discussion: "Runs the nestor-agent beside this program once and holds its report against what nesting needs.",
    examples: [("nestor check", ""), ("nestor check -o json", "for scripts; exit code 2 where a check fails")],
    options: [CommandOption("agent", value: "FILE", "the nestor-agent to run; else the one beside this program")])

private let hostCommand = Command(
    "host", "hosts of the fleet",
    commands: [
        Command(
            "enrol", "add a host: push the agent, leave the controller's keys, read it",
            discussion: "Shows the host key's fingerprint and asks, unless --host-key-fingerprint or the "
                + "known_hosts file of nestord's settings (ssh.known-hosts) names it. A guest that is "
                + "a host itself is enrolled by its path and by its address as its own host sees it.",
            examples: [
                ("nestor host enrol rack7 --address 10.0.0.7 --user root", ""),
                ("nestor host enrol rack7/build-l1 --address 192.168.122.15", "an L1, reached through rack7"),
            ],
            arguments: [pathArgument],
            options: [
                CommandOption("address", value: "ADDRESS", "name or IP address"),
                CommandOption("port", value: "N", "SSH port; else 22"),
                CommandOption("user", value: "USER", "whom to log in as; else root"),
                CommandOption("label", value: "K=V", "a label, for policies to select by", repeated: true),
                CommandOption("host-key-fingerprint", value: "SHA256:…", "accept this key, and ask nobody"),
                CommandOption("agent-directory", value: "DIR", "where the agent lies there"),
                CommandOption("agent-state", value: "DIR", "where it keeps its journal"),
                CommandOption("libvirt-socket", value: "PATH", "which libvirt it asks; else it looks"),
                CommandOption(
                    "authorized-keys", value: "FILE", "which file holds the keys; else ~/.ssh/authorized_keys"),
                CommandOption("no-boot-recovery", "do not settle open corrections at boot and every minute"),
                yes,
            ] + operatorKey),
        Command(
            "list", "hosts, and how the last attempt to read each went", examples: [("nestor host list", "")],
            options: [
                CommandOption("limit", value: "N", "how many; else 500, or all with --output json; 0 is no limit")
            ]),
        Command(
            "show", "all that is known of one host", examples: [("nestor host show rack7/build-l1", "")],
            arguments: [pathArgument]),
        Command(
            "check", "read a host now; names the hop that fails, and why",
            examples: [("nestor host check rack7/build-l1", "asks rack7 first, and build-l1 through it")],
            arguments: [pathArgument]),
        Command(
            "remove", "forget a host",
            examples: [("nestor host remove rack7 --uninstall", "take binary and keys away from it, too")],
            arguments: [pathArgument],
            options: [CommandOption("uninstall", "take the agent and the controller's keys away again"), yes]
                + operatorKey),
    ])

private let agentCommand = Command(
    "agent", "the agents on the hosts",
    commands: [
        Command(
            "upgrade", "push the controller's agent and write its keys again",
            examples: [
                ("nestor agent upgrade", "every host, one after the other"),
                ("nestor agent upgrade rack7 --operator-key ~/.ssh/ops", "one host, with another key"),
            ], arguments: [pathsArgument], options: operatorKey)
    ])

private let treeCommand = Command(
    "tree", "the nesting tree: hosts, guests, and what each sees",
    examples: [("nestor tree", ""), ("nestor tree rack7/build-l1", "one guest and what runs inside it")],
    arguments: [pathsArgument],
    options: [
        CommandOption(
            "limit", value: "N",
            "until so many nodes are shown, 0 for all; else \(TreePage.usual) as a table, all as JSON")
    ])

private let planCommand = Command(
    "plan", "what a remediation would do, and what it would disturb",
    discussion: "Reads the hosts first and changes nothing. Exits with 2 where there is anything to correct.",
    examples: [
        ("nestor plan", ""), ("nestor plan rack7/build-l1", "one guest and what runs inside it"),
        ("nestor plan --policy hardening --label rack=r7", "what one policy asks for in one rack"),
        ("nestor plan --export sh > plan.sh", "the steps, to be reviewed and run by hand"),
        ("nestor plan --export ps1 > plan.ps1", "the same for somebody at a Windows machine"),
    ],
    arguments: [pathsArgument],
    options: selectionOptions + [
        CommandOption(
            "export",
            "print the steps as a script that asks before each guest: sh with virsh, or ps1 (PowerShell, which reaches "
                + "KVM hosts by ssh, and Hyper-V hosts by Hyper-V's own module)", allowed: ["sh", "ps1"])
    ])

private let remediateCommand = Command(
    "remediate", "correct drift: show the plan, ask, run it, check inside the guests",
    discussion:
        "Guests are corrected wave after wave: a canary first, where one is asked for, then so many at a time. No "
        + "wave begins before all of the one before it have ended and, with a soak, stayed as they should be while "
        + "they were watched. Never are two guests of one nesting tree in motion, nor more guests than may fail, and "
        + "one. What is not said here is as nestord's settings have it (remediation.canary and its sisters); the "
        + "default is one wave, one guest at a time, and an end at the first failure. A guest with a maintenance "
        + "window waits for it ('nestor window'), unless --now says otherwise; that is for emergencies, and needs "
        + "nobody's leave but is recorded. One that is too short for a guest leaves that one out, with the reason, and is "
        + "refused where the guest was named. A freeze holds it all the same.",
    examples: [
        ("nestor remediate rack7/build-l1", "one guest and what runs inside it"),
        ("nestor remediate --policy builders-nest --label rack=r7", "what one policy asks for in one rack"),
        ("nestor remediate --finding drift:rack7/build-l1:exposure", "one finding"),
        ("nestor remediate --yes", "the whole fleet, where nobody can answer"),
        ("nestor remediate --canary 1 --wave 25% --soak 10m --max-failures 2 --parallel 3", "in waves"),
    ],
    arguments: [pathsArgument], options: [yes] + selectionOptions + rolloutOptions)

private let remediationCommand = Command(
    "remediation", "runs of plans",
    commands: [
        Command("list", "all of them, the newest first", examples: [("nestor remediation list", "")]),
        Command(
            "show", "one of them, item by item",
            discussion: "Exits with 5 where it ended without correcting everything, or waits for somebody.",
            examples: [("nestor remediation show 4f1c", "")], arguments: [remediationIDArgument]),
        Command(
            "resume", "go on with an interrupted or paused one",
            examples: [("nestor remediation resume last", "")], arguments: [remediationIDArgument]),
    ] + remediationControlCommands)

private let fleetCommand = Command(
    "fleet", "the fleet as a file",
    commands: [
        Command(
            "apply", "change addresses, ports, users and labels of enrolled hosts",
            examples: [
                ("nestor fleet export > fleet.yaml", "then edit it"), ("nestor fleet apply -f fleet.yaml", ""),
            ],
            options: [
                files, expectRevision, CommandOption("prune", "forget enrolled hosts that are not in the file"),
            ]),
        Command("export", "print the fleet file", examples: [("nestor fleet export > fleet.yaml", "")]),
    ])

private let statusCommand = Command(
    "status", "how the controller and the fleet stand, on one screen",
    examples: [("nestor status -o json", "for scripts")])
