import NestingModel

/// One thing that happens to a simulated world.
struct Event: Sendable, CustomStringConvertible {
    /// Seconds after the beginning.
    var at: Int
    var what: Happening

    var description: String { "+\(at) \(what)" }
}

enum Happening: Sendable {
    // What machines do.
    /// Another hand flips a guest's exposure.
    case drift(guest: String)
    /// Another hand gives a guest that much memory, in GiB, and so many vCPUs.
    case resize(guest: String, memory: Int, vcpus: Int)
    /// Another hand edits something else of its definition.
    case edit(guest: String)
    /// Another hand saves a guest that runs: its state waits on the disk until it starts again.
    case save(guest: String)
    /// Another hand starts a guest.
    case wake(guest: String)
    /// Another hand moves a guest, as it is, and may leave a definition behind.
    case move(guest: String, to: String, leaving: Bool)
    /// A machine, physical or not, restarts without a word to anybody. What starts with it starts.
    case reboot(host: String, seconds: Int)
    /// How the guest takes its next corrections.
    case temper(guest: String, Temper)
    case hostDown(String, seconds: Int, silent: Bool)
    /// So many answers to orders are lost with their connections, after the work was begun.
    case loseAnswers(host: String, Int)
    /// So many connections with the correcting key don't come about.
    case refuseOrders(host: String, Int)
    /// An agent's worker is killed at that step of its work, before it or between what it does and what it writes down
    /// of it: 1 is the next. Its journal is kept, and whoever connects next starts another one. With it go its sessions.
    case agentDies(host: String, atStep: Int, acted: Bool, withSessions: Bool)
    case refuses(recipient: String, seconds: Int)
    /// The wall clock is set.
    case clock(by: Int)
    // What becomes of the controller.
    /// At that write to its store, before or after it: 1 is the next, 0 is at once.
    case kill(atWrite: Int, written: Bool, downFor: Int)
    case stop(downFor: Int)
    /// Where a report is delivered, before or after it came there: 1 is the next.
    case killAtDelivery(Int, arrived: Bool, downFor: Int)
    /// Its store is copied; and the copy put in the place of what there is then.
    case backup
    case restore(downFor: Int)
    // What people say.
    case remediate(Wish, outside: Bool)
    case request, approve, reject
    case pause, resume, abort
    case freeze(places: [String], seconds: Int?)
    case unfreeze
    case policies(PolicyLine)
    case exempt(ExemptionLine)
    /// The policies and exemptions of the revision before.
    case oldPolicies
    case windows([WindowLine])
    case report
    case rollBack
    case enrol(host: String)
    case remove(host: String)
}

/// How a remediation is to go.
struct Wish: Sendable {
    var tree: String?
    var canary: Int
    var wave: Int
    var soakSeconds: Int
    var maxFailures: Int
    var parallel: Int
    /// Guests in motion at once in one rack; nil sets no limit.
    var perRack: Int?
    /// How long somebody looks at the plan before it is to run.
    var thinks = 0
}

/// How a guest takes a correction.
enum Temper: Sendable {
    case works
    /// It does not start with what was set: its agent puts the old definition back.
    case goesBack
    case refuses
    /// Its host has no room for more memory: a correction that asks for it goes back.
    case lacksRoom
    /// It does not start any more at all; its agent owes it a start.
    case staysOff
    /// It does not shut down when it is asked to.
    case staysUp
    /// Its own agent sees the old state after its restart.
    case unchangedInside
    /// Its own agent can't tell.
    case unknownInside
}
