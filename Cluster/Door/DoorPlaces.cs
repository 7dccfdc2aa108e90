using System.Net;

namespace QuicPair.Cluster.Door;

/// <summary>What a door stands between.</summary>
/// <param name="Listen">Where members come in.</param>
/// <param name="Silo">Where the silo of its process listens.</param>
/// <param name="Database">The household's database, as an Npgsql connection string.</param>
internal sealed record DoorPlaces(IPEndPoint Listen, IPEndPoint Silo, string Database)
{
    /// <summary>Without the password in it.</summary>
    public override string ToString() => $"{nameof(DoorPlaces)} {Listen}";
}
