using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>What a silo in the test's own process logs of one category, from Debug up.</summary>
internal sealed class HeardLog(string category) : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>Has a silo log to it.</summary>
    public void Listen(ISiloBuilder silo) => silo.Services.AddLogging(
        logging => logging.AddProvider(this).AddFilter(category, LogLevel.Debug));

    public ILogger CreateLogger(string categoryName) => new Line(categoryName == category ? _lines : null);

    public void Dispose()
    {
    }

    private sealed class Line(ConcurrentQueue<string>? lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => lines is not null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => lines?.Enqueue(formatter(state, exception));
    }
}
