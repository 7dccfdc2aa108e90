using System.Net;
using Xunit;

namespace QuicPair.Cluster.Tests;

public sealed class DatabasePlacesTests
{
    [Theory]
    [InlineData("Host=10.0.0.6", "10.0.0.6 5432")]
    [InlineData("Host=10.0.0.6;Port=5433", "10.0.0.6 5433")]
    [InlineData("Host=10.0.0.6:5433", "10.0.0.6 5433")]
    [InlineData("Host=db.example.org:5433;Port=5434", "db.example.org 5433")]
    [InlineData("Host=first:5433,second;Port=5434", "first 5433, second 5434")]
    [InlineData("Host=fd00::7;Port=5433", "fd00::7 5433")]
    [InlineData("Host=[fd00::7];Port=5433", "fd00::7 5433")]
    [InlineData("Host=[fd00::7]:5433", "fd00::7 5433")]
    [InlineData("Username=mac", "localhost 5432")]
    public void A_host_may_have_a_port_of_its_own(string database, string places) => Assert.Equal(
        places,
        string.Join(", ", DatabasePlaces.Of(database).Cast<DnsEndPoint>().Select(at => $"{at.Host} {at.Port}")));

    [Fact]
    public void A_folder_is_that_of_a_socket()
    {
        var place = Assert.Single(DatabasePlaces.Of("Host=/var/run/postgresql;Port=5433"));
        Assert.Equal("/var/run/postgresql/.s.PGSQL.5433", place.ToString());
    }

    [Fact]
    public void The_hosts_that_are_dialled_are_named_without_their_ports()
    {
        var household = new HouseholdOptions { ConnectionString = "Host=10.0.0.6:5433,/var/run/postgresql,fd00::7" };
        Assert.Equal("10.0.0.6 fd00::7", string.Join(' ', household.DatabaseHosts()));
    }

    [Fact]
    public void What_leads_nowhere_is_said()
    {
        Assert.Throws<FormatException>(() => DatabasePlaces.Of("Host=,"));
        Assert.Throws<FormatException>(() => DatabasePlaces.Of($"Host=/{new string('d', 103)}"));
    }
}
