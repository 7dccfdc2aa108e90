using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Interop.Peers;
using QuicPair.Nat.Lab;
using Xunit;

namespace QuicPair.Cluster.Tests.Deploy;

/// <summary>
/// deploy/compose-household.sh, run for real without containers. What it has docker-compose do is done to processes in
/// a network of their own: PostgreSQL, the front door and the Macs with their lines of docker-compose.yml, each under
/// its host name. The relay's and Caddy's lines are in <see cref="ServiceTests"/> and <see cref="CaddyTests"/>.
/// </summary>
public sealed class ComposeHouseholdTests : IDisposable
{
    private const string Hosts = """
        127.0.0.1 localhost
        127.0.0.5 postgres
        127.0.0.20 front-door
        127.0.0.21 mac-a
        127.0.0.22 mac-b

        """;

    /// <summary>Compose as far as the script asks for it: a service is a process that is started again.</summary>
    private const string Compose = """
        #!/usr/bin/env bash
        set -euo pipefail
        root=$(cd "$(dirname "$0")/.." && pwd)
        echo "$*" >>"$root/asked"
        run() { # service, command…
          set -a
          . "$root/services/$1.env"
          set +a
          exec "${@:2}"
        }
        case $1 in
          up)
            services=()
            for word in "${@:2}"; do
              case $word in -*) ;; *) services+=("$word") ;; esac
            done
            [ ${#services[@]} -gt 0 ] || services=(postgres front-door mac-a mac-b)
            for service in "${services[@]}"; do
              [ -e "$root/services/$service" ] && [ ! -e "$root/services/$service.log" ] || continue
              run "$service" bash -c 'until /bin/sh "$0"; do sleep 1; done' "$root/services/$service" \
                >"$root/services/$service.log" 2>&1 </dev/null &
            done
            ;;
          exec)
            [ "$2" = -T ]
            service=$3
            shift 3
            cd "$root/app"
            # The volume that mac-a shares with the front door.
            run "$service" "${@/#\/front-door\//$root/front-door/}"
            ;;
          *) exit 64 ;;
        esac

        """;

    /// <summary>What its image does at its first start, and at each.</summary>
    private const string Postgres = """
        set -eu
        cd /
        PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin | tail -1)
        as="setpriv --reuid=postgres --regid=postgres --clear-groups"
        if [ ! -d "$FOLDER/postgres" ]; then
          install -d -o postgres -m 700 "$FOLDER/postgres"
          install -o postgres -m 400 "$FOLDER/secrets/postgres-password" "$FOLDER/postgres/password"
          $as initdb -D "$FOLDER/postgres/data" -U quicpair --auth=scram-sha-256 --no-sync \
            --pwfile="$FOLDER/postgres/password"
          echo 'CREATE DATABASE quicpair' | $as postgres --single -D "$FOLDER/postgres/data" postgres
          echo 'host all all 127.0.0.0/8 scram-sha-256' >>"$FOLDER/postgres/data/pg_hba.conf"
        fi
        exec $as postgres -D "$FOLDER/postgres/data" -p 5432 -k "$FOLDER/postgres" -c listen_addresses=127.0.0.5

        """;

    // The first process of a PID namespace: when it ends, nothing of what was started is left.
    private const string First = """
        mount --bind "$0/hosts" /etc/hosts || exit
        PATH="$0/bin:$PATH" "$0/deploy/compose-household.sh" </dev/null
        echo "ended with $?"
        read -r end
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-compose-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_first_start_makes_the_household_and_its_secrets()
    {
        using var place = Place();
        Prepare();
        await using var script = ChildProcess.Start(
            "ip",
            [
                "netns", "exec", place.Name, "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
                First, _folder,
            ]);
        var ended = await script.Line(line => line.StartsWith("ended with ", StringComparison.Ordinal));
        script.Input.Close();
        await script.Exit();

        Assert.True(ended == "ended with 0", $"{script.Output}\n{script.Errors}\n{Logs()}");
        Assert.Equal(2, script.Output.Split("  here  ").Length - 1);
        Assert.All((string[])["Mac A", "Mac B"], mac => Assert.Contains(mac, script.Output, StringComparison.Ordinal));
        foreach (var secret in (string[])["postgres-password", "turn-secret", "operator-token"])
        {
            Assert.Equal((UnixFileMode)0b100_100_100, File.GetUnixFileMode(Of($"secrets/{secret}")));
            Assert.Equal(32, new FileInfo(Of($"secrets/{secret}")).Length);
        }

        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(Of("secrets")));
        var compose = await File.ReadAllTextAsync(
            Path.Combine(Tree.Root, "docker-compose.yml"), TestContext.Current.CancellationToken);
        Assert.All(Asked(), service => Assert.Contains($"\n  {service}:\n", compose, StringComparison.Ordinal));
    }

    private static Namespace Place()
    {
        if (!OperatingSystem.IsLinux()) Lane.Unavailable("Network namespaces are Linux's.");
        PostgresProcess.Require();
        Lane.Require(["ip", "unshare", "setpriv", "mount"], "iproute2, util-linux, mount");
        try
        {
            return Namespace.Create("compose");
        }
        catch (Exception problem) when (problem is LabException or IOException or UnauthorizedAccessException)
        {
            Lane.Unavailable($"A network namespace cannot be made here (root): {problem.Message}");
            throw;
        }
    }

    /// <summary>The services that the script named.</summary>
    private IEnumerable<string> Asked() => File.ReadLines(Of("asked")).SelectMany(line => line.Split(' ') switch
    {
        ["exec", "-T", var service, ..] => (IEnumerable<string>)[service],
        ["up", .. var words] => words.Where(word => word[0] != '-'),
        var other => throw new InvalidOperationException(string.Join(' ', other)),
    });

    private void Prepare()
    {
        // The database's user goes through it.
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        foreach (var folder in (string[])["bin", "deploy", "services"]) Directory.CreateDirectory(Of(folder));
        foreach (var folder in (string[])["front-door", "mac-a", "mac-b"])
        {
            Directory.CreateDirectory(Of(folder), (UnixFileMode)0b111_000_000);
        }

        const string script = "deploy/compose-household.sh";
        File.Copy(Path.Combine(Tree.Root, script), Of(script));
        Directory.CreateSymbolicLink(Of("app"), Path.GetDirectoryName(Tree.Program("Cli"))!);
        File.WriteAllText(Of("hosts"), Hosts);
        File.WriteAllText(Of("bin/docker-compose"), Compose);
        File.SetUnixFileMode(Of("bin/docker-compose"), (UnixFileMode)0b111_101_101);
        Service("postgres", Postgres, ("FOLDER", _folder));
        Service("front-door", Line("front-door", "SignalingApi"), ("Urls", "http://127.0.0.20:8443"),
            ("FrontDoor__PublicUrl", "https://localhost"), ("FrontDoor__Hosts__0", "front-door"),
            ("Ice__TurnUrls__0", "turn:localhost:3478?transport=udp"));
        Mac("mac-a", "Mac A", 21);
        Mac("mac-b", "Mac B", 22);
    }

    private void Mac(string name, string shown, int place) => Service(
        name, Line("x-mac", "Silo"), ("Urls", $"http://127.0.0.{place}:8443"), ("Mac__Name", shown),
        ("Ice__TurnUrls__0", "turn:172.30.84.11:3478?transport=udp"), ("OLLAMA_HOST", "http://127.0.0.1:9"));

    private void Service(string name, string line, params (string Name, string Value)[] settings)
    {
        File.WriteAllText(Of($"services/{name}"), line);
        var all = settings.Append((Name: "QUICPAIR_HOME", Value: Of(name)));
        var lines = all.Select(each => $"{each.Name}='{each.Value}'\n");
        File.WriteAllText(Of($"services/{name}.env"), string.Concat(lines));
    }

    /// <summary>The file's line, with the test's folder and the built program for those of the container.</summary>
    private string Line(string service, string program) => ComposeFile.Shell(service, "command")
        .Replace("/run/secrets/", Of("secrets") + "/", StringComparison.Ordinal)
        .Replace($"QuicPair.{program}.dll", $"'{Tree.Program(program)}'", StringComparison.Ordinal);

    private string Logs() => string.Concat(Directory.EnumerateFiles(Of("services"), "*.log")
        .Select(log => $"{Path.GetFileName(log)}:\n{File.ReadAllText(log)}\n"));

    private string Of(string name) => Path.Combine(_folder, name);
}
