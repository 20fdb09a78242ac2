// Package parts gets what a real node is made of: packages of Debian, unpacked
// beside the system and not into it, and the kubelet and the control plane,
// built from Go modules.
package parts

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Packages are the packages of Debian that the node and its images are made
// of, with the libraries that their programs are linked with.
var Packages = []string{
	// The container runtime.
	"containerd", "runc", "containernetworking-plugins",
	// What every image has: a shell, and the C library.
	"busybox-static", "libc6", "libgcc-s1", "libstdc++6", "zlib1g", "libssl3",
	// Redis.
	"redis-tools", "libatomic1", "libcap2", "libgcrypt20", "libgpg-error0", "libjemalloc2", "liblz4-1", "liblzf1",
	"liblzma5", "libsystemd0", "libzstd1",
	// MariaDB.
	"mariadb-server-core", "mariadb-client-core", "mariadb-client", "libaio1", "libbsd0", "libcrypt1", "libedit2",
	"libmariadb3", "libmd0", "libncurses6", "libnuma1", "libpcre2-8-0", "libtinfo6", "liburing2",
	// PostgreSQL.
	"postgresql-15", "postgresql-client-15", "tzdata", "libaudit1", "libcap-ng0", "libcom-err2", "libffi8", "libgmp10", "libgnutls30",
	"libgssapi-krb5-2", "libhogweed6", "libicu72", "libidn2-0", "libk5crypto3", "libkeyutils1", "libkrb5-3", "libkrb5support0",
	"libldap-2.5-0", "libnettle8", "libp11-kit0", "libpam0g", "libpq5", "libreadline8", "libsasl2-2", "libtasn1-6", "libunistring2",
	"libxml2",
	// etcd.
	"etcd-server", "etcd-client",
	// NATS.
	"nats-server",
	// RabbitMQ.
	"rabbitmq-server", "erlang-base", "erlang-asn1", "erlang-crypto", "erlang-eldap", "erlang-inets", "erlang-mnesia", "erlang-os-mon",
	"erlang-parsetools", "erlang-public-key", "erlang-runtime-tools", "erlang-ssl", "erlang-syntax-tools", "erlang-tools", "erlang-xmerl",
	// What checks ask.
	"prometheus",
	// ZooKeeper.
	"openjdk-17-jre-headless", "libzookeeper-java", "libslf4j-java", "libdropwizard-metrics-java", "libsnappy-java", "libcommons-cli-java",
}

// Debian downloads and unpacks the packages below cache, unless they are there,
// and returns the directory that they are unpacked in. It appears whole or not
// at all. Nothing is installed.
func Debian(ctx context.Context, cache string) (string, error) {
	sum := sha256.Sum256([]byte(strings.Join(Packages, " ")))
	dir := filepath.Join(cache, "debian-"+hex.EncodeToString(sum[:])[:12])
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	work := dir + ".tmp"
	defer os.RemoveAll(work) //nolint:errcheck // It is gone when all is well.
	if err := os.RemoveAll(work); err != nil {
		return "", err
	}
	archives, root := filepath.Join(work, "archives"), filepath.Join(work, "root")
	if err := os.MkdirAll(archives, 0o700); err != nil {
		return "", err
	}
	if err := download(ctx, archives); err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(archives, "*.deb"))
	if err != nil {
		return "", err
	}
	slices.Sort(found)
	for _, archive := range found {
		if err := tool(ctx, work, "dpkg", "-x", archive, root); err != nil {
			return "", err
		}
	}
	return dir, os.Rename(root, dir)
}

// ErrUnable says that a machine can't have a node.
var ErrUnable = errors.New("a real node needs Debian's packages, and there is no apt-get here")

// Able returns ErrUnable where there are no packages to be had.
func Able() error {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return ErrUnable
	}
	return nil
}

// download asks for the lists of packages only where those that there are do
// not do: on a fresh machine, or where a package was replaced since.
func download(ctx context.Context, dir string) error {
	if err := Able(); err != nil {
		return err
	}
	get := append([]string{"download", "-o", "APT::Sandbox::User=root"}, Packages...)
	if tool(ctx, dir, "apt-get", get...) == nil {
		return nil
	}
	if err := tool(ctx, dir, "apt-get", "update"); err != nil {
		return err
	}
	return tool(ctx, dir, "apt-get", get...)
}

// tool runs a program; where it fails, the error has its last words.
func tool(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, args[0], err, strings.TrimSpace(said.String()))
	}
	return nil
}
