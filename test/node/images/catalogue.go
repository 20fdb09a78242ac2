package images

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/test/node/parts"
)

// shellTools are the names by which busybox is found.
var shellTools = []string{
	"sh", "awk", "basename", "cat", "chmod", "chown", "cp", "cut", "date", "df", "dirname", "echo", "env", "expr", "grep", "head",
	"hostname", "id", "kill", "ls", "mkdir", "mv", "nc", "nslookup", "printf", "ps",
	"readlink", "rm", "sed", "seq", "sleep", "sort", "tail", "test", "timeout", "touch",
	"tr", "true", "uname", "wc", "wget",
}

// database is an image with a shell and what every program looks for.
func database(name string, tags, programs, trees []string) Image {
	links := map[string]string{}
	for _, tool := range shellTools {
		links["/bin/"+tool] = "busybox"
	}
	return Image{
		Name: name, Tags: tags, Trees: trees, Links: links,
		Programs: append([]string{"/bin/busybox"}, programs...),
		Files: map[string]string{ //nolint:gosec // Users, without passwords.
			"/etc/passwd":        "root:x:0:0:root:/root:/bin/sh\npostgres:x:999:999:postgres:/var/lib/postgresql:/bin/sh\n",
			"/etc/group":         "root:x:0:\npostgres:x:999:\n",
			"/etc/nsswitch.conf": "hosts: files dns\n",
		},
	}
}

// Catalogue are the images of the databases: two tags each, of which one is the
// update to the other; and Prometheus. They are what a user would pull; the versions
// are Debian's.
func Catalogue() []Image {
	redis := database("redis", []string{"7.0", "7.0-bookworm"}, []string{"/usr/bin/redis-check-rdb", "/usr/bin/redis-cli"}, nil)
	redis.Links["/usr/bin/redis-server"] = "redis-check-rdb" // one program by several names
	mariadb := database("mariadb", []string{"10.11", "10.11-bookworm"},
		[]string{
			"/usr/sbin/mariadbd", "/usr/bin/mariadb", "/usr/bin/mariadb-admin",
			"/usr/bin/mariadb-install-db", "/usr/bin/my_print_defaults", "/usr/bin/resolveip",
		},
		[]string{"/usr/share/mysql"})
	etcd := database("etcd", []string{"3.4", "3.4-bookworm"}, []string{"/usr/bin/etcd", "/usr/bin/etcdctl"}, nil)
	nats := database("nats", []string{"2.9", "2.9-bookworm"}, []string{"/usr/sbin/nats-server"}, nil)
	prometheus := database("prometheus", []string{"2.42"}, []string{"/usr/bin/prometheus"}, nil)
	const bin, lib = "/usr/lib/postgresql/15/bin/", "/usr/lib/postgresql/15/lib/"
	postgres := database("postgres", []string{"15", "15-bookworm"},
		[]string{
			bin + "postgres", bin + "psql", bin + "initdb", bin + "pg_basebackup", bin + "pg_rewind", bin + "pg_ctl",
			lib + "plpgsql.so", lib + "dict_snowball.so", lib + "libpqwalreceiver.so",
		},
		[]string{"/usr/share/postgresql/15", "/usr/share/zoneinfo"})
	for _, name := range []string{"psql", "pg_ctl"} {
		postgres.Links["/usr/bin/"+name] = bin + name
	}
	return []Image{redis, mariadb, postgres, etcd, zookeeper(), nats, rabbitmq(), prometheus}
}

// zookeeper is an image with Java, and with ZooKeeper's classes on its CLASSPATH.
func zookeeper() Image {
	home := "/usr/lib/jvm/java-17-openjdk-" + runtime.GOARCH
	files := []string{home + "/bin/java", home + "/lib/server/libjvm.so"}
	for _, library := range []string{
		"libextnet", "libjava", "libjimage", "libmanagement", "libmanagement_ext", "libnet", "libnio", "libverify", "libzip",
	} {
		files = append(files, home+"/lib/"+library+".so")
	}
	files = append(files, home+"/lib/modules", home+"/lib/jvm.cfg", home+"/lib/tzdb.dat")
	var classes []string
	for _, name := range []string{
		"zookeeper", "zookeeper-jute", "slf4j-api", "slf4j-simple", "metrics-core", "snappy-java", "commons-cli",
	} {
		classes = append(classes, "/usr/share/java/"+name+".jar")
	}
	image := database("zookeeper", []string{"3.8", "3.8-bookworm"}, append(files, classes...),
		[]string{home + "/conf", home + "/lib/security", "/etc/java-17-openjdk"})
	image.Links["/usr/bin/java"] = home + "/bin/java"
	image.Env = []string{"CLASSPATH=" + strings.Join(classes, ":")}
	return image
}

// rabbitmq is an image with Erlang, and with RabbitMQ's programs on its PATH.
func rabbitmq() Image {
	const erlang, programs = "/usr/lib/erlang", "/usr/lib/rabbitmq/bin/"
	const machine = erlang + "/erts-13.1.5/bin/"
	image := database("rabbitmq", []string{"3.10", "3.10-bookworm"},
		[]string{machine + "beam.smp", machine + "epmd", erlang + "/lib/crypto-5.1.2/priv/lib/crypto.so"},
		[]string{erlang, "/usr/lib/rabbitmq"})
	for _, name := range []string{"erl", "escript", "epmd"} {
		image.Links["/usr/bin/"+name] = erlang + "/bin/" + name
	}
	for _, name := range []string{
		"rabbitmq-server", "rabbitmqctl", "rabbitmq-diagnostics", "rabbitmq-queues", "rabbitmq-upgrade", "rabbitmq-env",
	} {
		image.Links["/usr/bin/"+name] = programs + name
	}
	return image
}

// Make makes all images below cache, unless they are there, and returns their
// directory. node is this module's directory, with the programs to build.
func Make(ctx context.Context, root, node, cache string, stderr io.Writer) (string, error) {
	built := filepath.Join(cache, "programs")
	if err := os.MkdirAll(built, 0o700); err != nil {
		return "", err
	}
	catalogue := Catalogue()
	for _, name := range []string{"pause", "writer"} {
		file := filepath.Join(built, name)
		if err := parts.Program(ctx, node, "./"+name, file); err != nil {
			return "", err
		}
		program := "/" + name
		catalogue = append(catalogue, Image{
			Name: name, Tags: []string{"node"}, Built: map[string]string{program: file}, Command: []string{program},
		})
	}
	name, err := fingerprint(root, catalogue)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "images-"+name)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	fmt.Fprintln(stderr, "node: making images")
	store := Store{Dir: dir + ".tmp"}
	defer os.RemoveAll(store.Dir) //nolint:errcheck // It has another name when all is well.
	if err := os.RemoveAll(store.Dir); err != nil {
		return "", err
	}
	for _, image := range catalogue {
		if err := store.Add(root, image); err != nil {
			return "", fmt.Errorf("image %s: %w", image.Name, err)
		}
	}
	return dir, os.Rename(store.Dir, dir)
}

// fingerprint tells one set of images from another.
func fingerprint(root string, catalogue []Image) (string, error) {
	sum := sha256.New()
	fmt.Fprintln(sum, root)
	for _, image := range catalogue {
		fmt.Fprintln(sum, image)
		for _, file := range image.Built {
			content, err := os.ReadFile(file)
			if err != nil {
				return "", err
			}
			sum.Write(content)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))[:12], nil
}
