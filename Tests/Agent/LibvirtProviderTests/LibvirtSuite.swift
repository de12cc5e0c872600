import NestorTestKit
import Testing

/// Gives a suite one private libvirtd, and ends it after the suite's last test.
struct WithLibvirt: SuiteTrait, TestScoping {
    @TaskLocal static var current: PrivateLibvirt?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let libvirt = try PrivateLibvirt()
        defer { libvirt.stop() }
        try await WithLibvirt.$current.withValue(libvirt, operation: function)
    }
}

/// The suite's daemon.
func libvirt() throws -> PrivateLibvirt { try #require(WithLibvirt.current) }
