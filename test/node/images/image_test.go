package images

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// unpacked is a directory of packages with one script in it, and a link to it.
func unpacked(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(root+"/usr/bin", 0o755))
	require.NoError(t, os.MkdirAll(root+"/usr/share/tool/deep", 0o755))
	require.NoError(t, os.WriteFile(root+"/usr/bin/tool-1", []byte("#!/bin/sh\n"), 0o755))
	require.NoError(t, os.Symlink("tool-1", root+"/usr/bin/tool"))
	require.NoError(t, os.WriteFile(root+"/usr/share/tool/deep/data", []byte("data"), 0o600))
	return root
}

var tool = Image{
	Name: "tool", Tags: []string{"1", "2"}, Programs: []string{"/usr/bin/tool"}, Trees: []string{"/usr/share/tool"},
	Links: map[string]string{"/bin/sh": "busybox"}, Files: map[string]string{"/etc/hello": "hello"},
}

func TestLayerHasWhatTheImageSays(t *testing.T) {
	var layer, again bytes.Buffer
	require.NoError(t, writeLayer(&layer, unpacked(t), tool))
	require.NoError(t, writeLayer(&again, unpacked(t), tool))
	require.Equal(t, layer.Bytes(), again.Bytes(), "the same files make the same layer")

	found := map[string]string{}
	for in := tar.NewReader(&layer); ; {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		content, err := io.ReadAll(in)
		require.NoError(t, err)
		found[header.Name] = header.Linkname + string(content)
	}
	require.Equal(t, map[string]string{
		"bin/": "", "bin/sh": "busybox",
		"etc/": "", "etc/hello": "hello",
		"run/": "", "tmp/": "",
		"usr/": "", "usr/bin/": "", "usr/bin/tool": "tool-1", "usr/bin/tool-1": "#!/bin/sh\n",
		"usr/share/": "", "usr/share/tool/": "", "usr/share/tool/deep/": "", "usr/share/tool/deep/data": "data",
	}, found)
}

func TestProgramThatIsNotThere(t *testing.T) {
	image := Image{Name: "tool", Tags: []string{"1"}, Programs: []string{"/usr/bin/other"}}
	require.Error(t, Store{Dir: t.TempDir()}.Add(unpacked(t), image))
}

// get asks a registry and returns the status and the body.
func get(t *testing.T, handler http.Handler, path string) (int, []byte) {
	t.Helper()
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
	return w.Code, w.Body.Bytes()
}

func TestRegistryServesWhatWasAdded(t *testing.T) {
	store := Store{Dir: t.TempDir()}
	require.NoError(t, store.Add(unpacked(t), tool))
	registry := store.Registry()

	code, _ := get(t, registry, "/v2/")
	require.Equal(t, http.StatusOK, code)
	var digests []string
	for _, name := range []string{"tool/manifests/1", "library/tool/manifests/2"} {
		code, body := get(t, registry, "/v2/"+name)
		require.Equal(t, http.StatusOK, code, name)
		var m manifest
		require.NoError(t, json.Unmarshal(body, &m))
		code, body = get(t, registry, "/v2/tool/blobs/"+m.Layers[0].Digest)
		require.Equal(t, http.StatusOK, code)
		require.Len(t, body, int(m.Layers[0].Size))
		digests = append(digests, m.Config.Digest)
	}
	require.NotEqual(t, digests[0], digests[1], "an update to the other tag is one")
}

func TestRegistrySaysWhatItDoesNotHave(t *testing.T) {
	store := Store{Dir: t.TempDir()}
	require.NoError(t, store.Add(unpacked(t), tool))
	for _, path := range []string{
		"/v2/tool/manifests/3", "/v2/other/manifests/1", "/v2/tool/manifests/../../../etc/passwd",
		"/v2/tool/blobs/sha256:" + string(bytes.Repeat([]byte("0"), 64)), "/v2/tool/blobs/../names/tool/1", "/other",
	} {
		code, _ := get(t, store.Registry(), path)
		require.Equal(t, http.StatusNotFound, code, path)
	}
	_, body := get(t, store.Registry(), "/v2/tool/manifests/3")
	require.Contains(t, string(body), "MANIFEST_UNKNOWN")
}
