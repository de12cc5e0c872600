import Testing

@testable import FleetScheduler

@Suite("Time zones")
struct ZoneDatabaseTests {
    private let database = ZoneDatabase()

    @Test("are known by the names of the database, and by no others")
    func names() {
        #expect(database.isInstalled)
        #expect(database.rules(of: "Europe/Berlin") != nil)
        for name in [
            "Europe/Nowhere", "", "/etc/passwd", "../../../etc/passwd", "Europe/../UTC", "Europe", "tzdata.zi",
        ] {
            #expect(database.rules(of: name) == nil, "\(name)")
        }
    }

    @Test(
        "what is no zone's file is refused", arguments: ["", "TZif", "TZif2" + String(repeating: "\u{0}", count: 60)])
    func garbage(_ text: String) {
        #expect(ZoneRules(tzif: Array(text.utf8)) == nil)
    }

    /// Offsets in hours; from 2038 on no file lists changes, and the rule at its end decides.
    @Test(
        "show the right offset, also long after the last listed change",
        arguments: [
            ("Europe/Berlin", 1_798_761_600, 1.0), ("Europe/Berlin", 1_814_400_000, 2.0),
            ("Europe/Berlin", 4_102_444_800, 1.0), ("Europe/Berlin", 4_118_083_200, 2.0),
            ("Australia/Sydney", 4_102_444_800, 11.0), ("Australia/Sydney", 4_118_083_200, 10.0),
            ("America/New_York", 4_118_083_200, -4.0), ("Asia/Kathmandu", 4_118_083_200, 5.75),
            ("UTC", 4_118_083_200, 0.0),
            // Mexico gave daylight saving up in 2022, Kazakhstan became one zone in 2024.
            ("America/Mexico_City", 1_656_633_600, -5.0), ("America/Mexico_City", 1_688_169_600, -6.0),
            ("Asia/Almaty", 1_704_067_200, 6.0), ("Asia/Almaty", 1_714_521_600, 5.0),
        ])
    func offsets(_ name: String, _ instant: Int64, _ hours: Double) throws {
        let zone = try #require(database.rules(of: name))
        #expect(zone.offset(at: instant) == Int(hours * 3_600))
    }

    @Test("read the rule at their end as POSIX writes it")
    func footers() throws {
        let dublin = try #require(ZoneFooter("IST-1GMT0,M10.5.0,M3.5.0/1"))
        #expect(dublin.offset(at: 4_102_444_800) == 0 && dublin.offset(at: 4_118_083_200) == 3_600)
        let nuuk = try #require(ZoneFooter("<-02>2<-01>,M3.5.0/-1,M10.5.0/0"))
        #expect(nuuk.offset(at: 4_102_444_800) == -7_200 && nuuk.offset(at: 4_118_083_200) == -3_600)
        for text in ["", "X", "CET", "CET-1CEST,M13.1.0,M10.5.0", "CET-1CEST,M3.5.0"] {
            #expect(ZoneFooter(text) == nil, "\(text)")
        }
    }
}
