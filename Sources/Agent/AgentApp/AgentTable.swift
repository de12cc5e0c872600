import AgentCore
import AgentWire
import CommandLineTable
import NestingModel

/// The agent's commands.
enum AgentTable {
    static let table = CommandLineTable(
        root: Command(
            "nestor-agent", "reports what nesting is on this host, and corrects it for one controller",
            discussion: "A controller runs `session` over SSH. Everything else is for people and for the system.",
            commands: [
                Command(
                    "report", "print one report as JSON",
                    examples: [
                        ("nestor-agent report --pretty", "this machine"),
                        ("nestor-agent report --sysroot copy", "a copied /proc, /sys and /etc"),
                    ],
                    options: [
                        CommandOption("sysroot", value: "DIR", "read the files below DIR, and probe nothing live"),
                        CommandOption("pretty", "in many lines; as it is on a terminal"),
                    ] + hypervisor),
                Command(
                    "session", "serve one controller on standard input and output",
                    discussion: "Newline-delimited JSON-RPC 2.0. Name it as the forced command of a controller's key.",
                    options: [
                        CommandOption("role", "what the key may do", allowed: SessionRole.allCases.map(\.rawValue)),
                        state,
                    ] + hypervisor),
                Command(
                    "work", "run the corrections in the journal until none is open",
                    discussion: "A session starts it by itself. One works at a time; a second one ends at once.",
                    options: [state] + hypervisor),
                Command(
                    "recover", "settle what a killed agent or a reboot left",
                    discussion: "For a unit at boot and a timer. Ends when all that is left waits for its controller.",
                    options: [state, CommandOption("wait", "stay until nothing is open")] + hypervisor),
                Command(
                    "enrol", "let one controller correct this host",
                    examples: [
                        ("nestor-agent enrol --controller 6f1c --epoch 1", "what `nestor host enrol` runs here")
                    ],
                    options: [
                        CommandOption("controller", value: "ID", "the controller's id"),
                        CommandOption("epoch", value: "N", "its present epoch: lower ones are refused"), state,
                    ] + hypervisor),
                Command("forget", "let no controller correct this host any more", options: [state]),
                Command("version", "print the version"),
            ]),
        version: AgentIdentity.current.version,
        exitCodes: [
            (0, "done"), (1, "it could not be done; standard error says why"), (64, "the command line is wrong"),
            (75, "another worker is at it"),
        ])

    private static let state = CommandOption(
        "state", value: "DIR", "the agent's folder: /var/lib/nestor-agent for root, else nestor-agent in XDG_STATE_HOME"
    )
    private static let hypervisor = [
        CommandOption("libvirt-socket", value: "PATH", "libvirt's Unix socket; else the usual places"),
        CommandOption("libvirt-uri", value: "URI", "the connection to open on it; else what goes with the socket"),
    ]
}
