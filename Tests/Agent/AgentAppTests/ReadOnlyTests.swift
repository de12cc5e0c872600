import AgentCore
import Foundation
import LibvirtProvider
import NestingModel
import NestorTestKit
import Testing

/// The program on a state folder that is mounted for reading only, as Linux does with a disk that has faults.
@Suite(
    "A read-only disk", .enabled(if: PrivateLibvirt.isInstalled && ReadOnlyMount.isPossible), .serialized, WithDriver())
struct ReadOnlyTests {
    @Test("Recover starts what is owed, and ends with the fault; a damaged file is told of where it lies")
    func owed() throws {
        let host = try #require(WithDriver.current)
        let guest = try host.reset()
        let temporary = try TemporaryFolder()
        let folder = StateFolder(temporary("state"))
        let now = KernelClock().now()
        let request = CorrectionRequest(
            id: "d1", verb: .drainGuests, guests: [guest.uuid], shutdownSeconds: 60, startSeconds: 60, holdSeconds: 0)
        var entry = JournalEntry(number: 1, request: request, controller: "c1", epoch: 1)
        entry.duties = [GuestDuty(guest: guest.uuid, name: guest.name, ran: true)]
        entry.duties[0].asked = now
        entry.record.phase = .releasing
        entry.record.owesStart = true
        try Journal(folder).update { _ in [entry] }
        try DurableFile.write(Array("{".utf8), to: "\(folder.corrections)/d2.json")
        try host.provider.cutPower(guest.uuid)

        let program = ProgramTests.program.path
        let place = [
            "--state", folder.path, "--libvirt-socket", host.libvirt.socketPath, "--libvirt-uri", DriverHost.uri,
        ]
        #expect(try ReadOnlyMount.run(readOnly: folder.path, [program, "recover"] + place).status == 1)
        #expect(try host.provider.guest(guest.uuid)?.state == .running)

        // While somebody works, the session starts no worker, which would outlive this test.
        let journal = try Journal(folder)
        #expect(journal.takeWork())
        let asked = """
            {"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":{"min":1,"max":1}}}
            {"jsonrpc":"2.0","id":2,"method":"corrections"}

            """
        let told = try ReadOnlyMount.run(
            readOnly: folder.path, [program, "session", "--role", "report"] + place, input: asked)
        #expect(told.status == 0)
        #expect(told.output.contains("its journal is damaged") && told.output.contains("Read-only file system"))
        #expect(try journal.content().entries.map(\.record.phase) == [.releasing])
    }
}
