import Glibc
import ServiceGroup
import Testing

@Suite("A hang-up")
struct HangUpTests {
    @Test("A daemon without a terminal does not die of SIGHUP")
    func withoutTerminal() async {
        await #expect(processExitsWith: .exitCode(SIGTERM)) {
            setsid()
            try await endWithSignal {
                kill(getpid(), SIGHUP)
                kill(getpid(), SIGTERM)
            }
        }
    }

    @Test("The end of its terminal stops a daemon gracefully")
    func terminalGoesAway() async {
        await #expect(processExitsWith: .exitCode(SIGHUP)) {
            let terminal = openTerminal()
            try await endWithSignal { close(terminal) }
        }
    }

    @Test("nohup lets it outlive its terminal")
    func nohup() async {
        await #expect(processExitsWith: .exitCode(SIGTERM)) {
            let terminal = openTerminal()
            signal(SIGHUP, SIG_IGN)
            try await endWithSignal {
                close(terminal)
                kill(getpid(), SIGTERM)
            }
        }
    }
}

/// Runs a group, and ends the process with the number of the signal that stopped it.
/// - Parameter whenReady: what happens to it then.
private func endWithSignal(_ whenReady: @escaping @Sendable () -> Void) async throws {
    let events = Events()
    try await ServiceGroup(
        services: [RecordingService(name: "a", events: events)], manager: ServiceManager(environment: [:]),
        log: { event in
            events.log(event)
            if case .ready = event { whenReady() }
        }
    ).run()
    let signals = [SIGHUP, SIGTERM].filter { events.all.contains("signal(\($0))") }
    exit(signals.count == 1 && events.all.contains("a down") ? signals[0] : 99)
}

/// Makes this process the leader of a session with a terminal of its own.
/// - Returns: the terminal's other side: when it is closed, the terminal is gone.
private func openTerminal() -> Int32 {
    setsid()
    let side = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var (lock, number) = (Int32(0), Int32(-1))
    // TIOCSPTLCK and TIOCGPTN (ioctl_tty(2)); the functions of pty(7) are not in Swift's Glibc.
    guard side >= 0, ioctl(side, 0x4004_5431, &lock) == 0, ioctl(side, 0x8004_5430, &number) == 0,
        open("/dev/pts/\(number)", O_RDWR) >= 0
    else { exit(98) }
    return side
}
