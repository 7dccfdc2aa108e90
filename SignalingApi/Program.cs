using QuicPair.Cluster.Supervision;
using QuicPair.SignalingApi;

try
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddSignaling();
    var household = await builder.AddFrontDoorSilo();
    var app = builder.Build();
    app.MapSignaling();
    try
    {
        await app.StartAsync();
    }
    catch (Exception) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
    {
        var hasFailed = app.Services.GetRequiredService<SiloFailure>().HasFailed;
        var cause = HostEnd.FailedPart(app.Services);
        await app.Abandon();
        if (cause is not null) Console.Error.WriteLine(cause);
        return hasFailed || cause is not null ? 1 : 0;
    }

    var address = app.Urls.FirstOrDefault() ?? string.Empty;
    Console.WriteLine($"QuicPair front door on {address}");
    var origin = address.Replace("[::]", "localhost", StringComparison.Ordinal);
    foreach (var line in OperatorLinks.Lines(app.Services, origin, !Console.IsOutputRedirected))
    {
        Console.WriteLine(line);
    }

    var failure = await app.Stopping();
    var disorder = await app.EndInOrder();
    var sentence = failure ?? disorder;
    if (sentence is not null) Console.Error.WriteLine(sentence);
    var isSiloLost = app.Services.GetRequiredService<SiloFailure>().HasFailed;
    if (isSiloLost) Expulsions.ThrowIfExpelled(household);

    // It sends the last traces; that of a broken silo may wait for ever.
    if (sentence is null && !isSiloLost) await app.DisposeAsync();
    return sentence is not null || isSiloLost ? 1 : 0;
}
catch (Exception problem) when (StartupProblem.Sentence(problem) is not null)
{
    Console.Error.WriteLine(StartupProblem.Sentence(problem));
    return 1;
}
