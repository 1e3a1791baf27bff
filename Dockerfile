# syntax=docker/dockerfile:1
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
WORKDIR /source

# Restored on its own, so that this layer is rebuilt only when a dependency changes.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt ./
COPY src/Directory.Build.props src/
COPY src/OAuthServer/OAuthServer.csproj src/OAuthServer/packages.lock.json src/OAuthServer/
# Named by the server for Development alone: restored so that the lock file fits, and not in what is published.
COPY src/OAuthServer.LocalPostgres/OAuthServer.LocalPostgres.csproj src/OAuthServer.LocalPostgres/packages.lock.json src/OAuthServer.LocalPostgres/
# TARGETARCH is amd64 or arm64; .NET calls the first one x64. (-r would hide the other platform of the lock file.)
RUN dotnet restore src/OAuthServer --locked-mode -p:RuntimeIdentifier=linux-${TARGETARCH/amd64/x64}

# The migrations are embedded in the assembly: the image can migrate by itself.
COPY .editorconfig ./
COPY migrations/ migrations/
COPY src/OAuthServer/ src/OAuthServer/
# Without "--build-arg RELEASE=true" its version ends in -dev.
ARG RELEASE=false
RUN dotnet publish src/OAuthServer -c Release --no-restore -r linux-${TARGETARCH/amd64/x64} -p:UseAppHost=false -p:IsRelease=$RELEASE -o /app

# Chiseled: no shell, no package manager, runs as the unprivileged user "app"; "extra" has ICU, for Unicode text.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra
WORKDIR /app
COPY --from=build /app ./
# Writes nothing to its own file system: run it with --read-only. Without the diagnostics socket, not even /tmp is needed.
# The last four keep memory small; bench/README.md has what each takes away.
ENV ASPNETCORE_HTTP_PORTS=8080 \
    DOTNET_EnableDiagnostics=0 \
    DOTNET_GCgen0size=0x200000 \
    MALLOC_ARENA_MAX=1 \
    MALLOC_MMAP_THRESHOLD_=65536 \
    MALLOC_TRIM_THRESHOLD_=65536
EXPOSE 8080
USER $APP_UID
# Liveness and readiness are /health/live and /health/ready: let the orchestrator ask over HTTP.
ENTRYPOINT ["dotnet", "OAuthServer.dll"]
