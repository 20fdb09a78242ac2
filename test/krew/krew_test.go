package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const template = "../../krew-manifest.yaml"

// built is a folder of archives as goreleaser leaves it, each with these files
// and the program.
func built(t *testing.T, metadata string, files ...string) string {
	t.Helper()
	dist := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dist, "metadata.json"), []byte(metadata), 0o600))
	for _, platform := range supported {
		name := filepath.Join(dist, "kubectl-sts_1.2.3_"+platform[0]+"_"+platform[1])
		if platform[0] == "windows" {
			zipped(t, name+".zip", append(files, "kubectl-sts.exe"))
		} else {
			tarred(t, name+".tar.gz", append(files, "kubectl-sts"))
		}
	}
	return dist
}

func tarred(t *testing.T, name string, files []string) {
	t.Helper()
	f, err := os.Create(name)
	require.NoError(t, err)
	gz := gzip.NewWriter(f)
	w := tar.NewWriter(gz)
	for _, file := range files {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: file, Mode: 0o755}))
	}
	require.NoError(t, w.Close())
	require.NoError(t, gz.Close())
	require.NoError(t, f.Close())
}

func zipped(t *testing.T, name string, files []string) {
	t.Helper()
	f, err := os.Create(name)
	require.NoError(t, err)
	w := zip.NewWriter(f)
	for _, file := range files {
		header := &zip.FileHeader{Name: file}
		header.SetMode(0o755)
		_, err := w.CreateHeader(header)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, f.Close())
}

const release = `{"tag":"v1.2.3","version":"1.2.3"}`

func TestTheTemplateBecomesAManifest(t *testing.T) {
	dist := built(t, release, "LICENSE")
	o := options{template: template, dist: dist, out: filepath.Join(dist, "sts.yaml"), release: true}

	said, err := o.run()

	require.NoError(t, err)
	require.Equal(t, o.out+": v1.2.3 for 6 platforms, as krew-index wants it", said)
	text, err := os.ReadFile(o.out)
	require.NoError(t, err)
	m, problems := parse(string(text), "sts")
	require.Empty(t, problems)
	sum, err := sumOfArchive(filepath.Join(dist, "kubectl-sts_1.2.3_windows_arm64"))
	require.NoError(t, err)
	const folder = "https://github.com/kubectl-sts/kubectl-sts/releases/download/v1.2.3/"
	last := m.Spec.Platforms[5]
	require.Equal(t, map[string]string{"os": "windows", "arch": "arm64"}, last.Selector.MatchLabels)
	last.Selector = nil
	require.Equal(t, platform{URI: folder + "kubectl-sts_1.2.3_windows_arm64.zip", SHA256: sum, Bin: "kubectl-sts.exe"}, last)
}

func TestNoManifestOfWhatIsNotThere(t *testing.T) {
	tests := []struct {
		name    string
		dist    func(t *testing.T) string
		release bool
		want    string
	}{
		{"nothing was built", func(t *testing.T) string { t.Helper(); return t.TempDir() }, false, "make release-snapshot builds some"},
		{
			"a snapshot is no release",
			func(t *testing.T) string {
				t.Helper()
				return built(t, `{"tag":"v1.2.2","version":"1.2.3"}`, "LICENSE")
			},
			true, "are of 1.2.3, which is no release",
		},
		{"no licence", func(t *testing.T) string { t.Helper(); return built(t, release) }, false, "_linux_amd64.tar.gz: has no LICENSE"},
		{
			"a file outside", func(t *testing.T) string { t.Helper(); return built(t, release, "LICENSE", "../x") },
			false, "_windows_arm64.zip: ../x lies outside",
		},
		{
			"an archive too few", func(t *testing.T) string {
				t.Helper()
				dist := built(t, release, "LICENSE")
				require.NoError(t, os.Remove(filepath.Join(dist, "kubectl-sts_1.2.3_darwin_arm64.tar.gz")))
				return dist
			}, false, "there is no archive",
		},
		{
			"a program under another name", func(t *testing.T) string {
				t.Helper()
				dist := built(t, release, "LICENSE")
				tarred(t, filepath.Join(dist, "kubectl-sts_1.2.3_darwin_arm64.tar.gz"), []string{"LICENSE", "bin/kubectl-sts"})
				return dist
			}, false, "_darwin_arm64.tar.gz: has no kubectl-sts",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dist := test.dist(t)
			o := options{template: template, dist: dist, out: filepath.Join(dist, "sts.yaml"), release: test.release}

			_, err := o.run()

			require.ErrorContains(t, err, test.want)
			require.NoFileExists(t, o.out)
		})
	}
}

// Each row breaks one rule of a manifest that is right.
func TestRules(t *testing.T) {
	text, err := os.ReadFile(template)
	require.NoError(t, err)
	good, err := render(string(text), "v1.2.3", built(t, release))
	require.NoError(t, err)
	tests := []struct{ name, old, new, want string }{
		{"a field that krew does not know", "homepage:", "website:", `unknown field "website"`},
		{"another apiVersion", "v1alpha2", "v1", "apiVersion: krew does not know"},
		{"another kind", "kind: Plugin", "kind: Receipt", `kind: must be Plugin, not "Receipt"`},
		{"another name than the file's", "name: sts", "name: statefulset", `the file is called sts.yaml, the plugin "statefulset"`},
		{"a version without a v", "version: v1.2.3", "version: 1.2.3", `version: "1.2.3" is no semantic version with a v`},
		{"a word left over", "Canaries", "NUMBER", `"NUMBER" was not filled in`},
		{"no homepage", "homepage: https://", "homepage: ", "is no address"},
		{"a long short description", "Canaries and", strings.Repeat("so ", 20), "characters, more than 50"},
		{"a sentence", "of StatefulSets\n", "of StatefulSets.\n", "it has no full stop"},
		{"two lines", "shortDescription: Canaries", "shortDescription: |\n    Canaries", "must be one line"},
		{"a long line", "Takes a change", "Takes" + strings.Repeat(" and takes", 4) + " a change", "a line has more than 80"},
		{"a list of commands", "step, stops", "step:\n    - canary", "the help lists commands"},
		{"a command", "Nothing is installed", "kubectl sts canary", "the help lists commands"},
		{"capital hexadecimal digits", "sha256: ", "sha256: A", "platforms[0]: sha256: is not 64 small hexadecimal digits"},
		{"another version's archive", "download/v1.2.3/", "download/v1.2.2/", "is no https address of v1.2.3"},
		{"selectors that overlap", "{os: linux, arch: amd64}", "{os: linux}", "platforms: 2 fit linux/arm64, not one"},
		{"a platform that there is not", "arch: arm64}", "arch: mips}", "platforms[1]: selector: fits none of the platforms"},
		{"no selector", "matchLabels: {os: linux, arch: amd64}", "", "platforms[0]: selector: fits none"},
		{"another platform's archive", "linux_amd64.tar.gz", "linux_arm64.tar.gz", "platforms[0]: uri: is not for linux/amd64"},
		{"a program of another system", "bin: kubectl-sts\n", "bin: kubectl-sts.exe\n", "is no program of linux"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Contains(t, good, test.old)
			_, problems := parse(strings.Replace(good, test.old, test.new, 1), "sts")
			require.Contains(t, strings.Join(problems, "\n"), test.want)
		})
	}
	_, problems := parse(good, "sts")
	require.Empty(t, problems, "the manifest that the rows break")
}

// krew takes every .yaml file of this folder for a plugin.
func TestTheCustomIndexHoldsNothingElse(t *testing.T) {
	files, err := filepath.Glob("../../plugins/*.y*ml")
	require.NoError(t, err)
	for _, file := range files { // none before the first release
		require.Equal(t, "sts.yaml", filepath.Base(file))
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		_, problems := parse(string(text), "sts")
		require.Empty(t, problems)
	}
}
