import AgentCore
import Foundation
import Glibc
import LibvirtProvider
import NestingModel
import NestorTestKit
import Testing

/// A private libvirtd whose own test driver stands for a hypervisor. Its guests live as long as one connection does:
/// this object's.
final class DriverHost: @unchecked Sendable {  // Only one test at a time uses it: its suite is serialized.
    static let uri = "test:///default"
    let libvirt: PrivateLibvirt
    let provider: LibvirtProvider
    let uuid: String
    private let definition: String

    init() throws {
        libvirt = try PrivateLibvirt()
        provider = LibvirtProvider(socket: libvirt.socketPath, uri: Self.uri)
        let guest = try #require(provider.guests().value?.first)
        uuid = guest.uuid
        definition = try provider.definition(guest.uuid)
    }

    deinit { libvirt.stop() }

    /// The guest as it was at first, running.
    func reset() throws -> GuestReport {
        try provider.define(definition)
        if try provider.guest(uuid)?.state == .running { try provider.cutPower(uuid) }
        try provider.start(uuid)
        return try #require(try provider.guest(uuid))
    }
}

/// Gives a suite one such host.
struct WithDriver: SuiteTrait, TestScoping {
    @TaskLocal static var current: DriverHost?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await WithDriver.$current.withValue(try DriverHost(), operation: function)
    }
}
