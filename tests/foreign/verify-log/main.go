// Verify-log checks a Townhall transparency log with code that Townhall did not write: the Go reference
// implementations of signed notes and transparency logs, golang.org/x/mod/sumdb/note and sumdb/tlog.
//
// It reads what anybody can fetch under /log/ (from a URL or from a directory of the same shape), opens the
// checkpoint with the log's verifier key, recomputes the whole tree from the entry bundles, compares every
// tile, proves every entry from the tiles alone, checks that the log extends an older checkpoint, and checks
// proof files with the facts they are about.
//
// Debian 12: apt-get install golang-go golang-golang-x-mod-dev, then
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run ./tests/foreign/verify-log \
//	    -log http://127.0.0.1:8080/log -vkey "$(curl -s http://127.0.0.1:8080/log/key)"
//
// Exit status: 0 all is well, 1 something is not, 2 wrong use.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func main() {
	base := flag.String("log", "", "URL or directory that holds checkpoint and tile/")
	vkey := flag.String("vkey", "", "verifier key of the log: origin+hash+key")
	var olds, proofs list
	flag.Var(&olds, "old", "file with an older checkpoint that the log must extend (may be repeated)")
	flag.Var(&proofs, "proof", "PROOF,FACT: a tlog-proof file and the JSON file with fact and salt (may be repeated)")
	flag.Parse()
	if *vkey == "" || flag.NArg() > 0 || (*base == "" && len(proofs) == 0) {
		flag.Usage()
		os.Exit(2)
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(*vkey))
	check(err, "verifier key")
	if *base != "" {
		verifyLog(*base, verifier, olds)
	}
	for _, pair := range proofs {
		files := strings.SplitN(pair, ",", 2)
		if len(files) != 2 {
			fail("-proof wants PROOF,FACT")
		}
		verifyProof(files[0], files[1], verifier)
	}
}

// verifyLog checks a whole log against its checkpoint and older ones.
func verifyLog(base string, verifier note.Verifier, olds []string) {
	signed, err := fetch(base, "checkpoint")
	check(err, "checkpoint")
	tree := openCheckpoint(signed, verifier)

	hashes := hashesOfEntries(base, tree.N)
	stored := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = hashes[index]
		}
		return found, nil
	})
	root, err := tlog.TreeHash(tree.N, stored)
	check(err, "root")
	if tree.N > 0 && root != tree.Hash {
		fail("the entries give the root %v, the checkpoint says %v", root, tree.Hash)
	}

	tiles := tilesOf(tree.N)
	for _, tile := range tiles {
		served, err := fetch(base, tilePath(tile))
		check(err, tilePath(tile))
		expected, err := tlog.ReadTileData(tile, stored)
		check(err, "recomputing a tile")
		if !bytes.Equal(served, expected) {
			fail("%s differs from what the entries give", tilePath(tile))
		}
	}

	// What a client without the entries does: it trusts tiles only as far as they lead to the root.
	reader := tlog.TileHashReader(tree, &tileReader{base: base, read: map[string][]byte{}})
	for n := int64(0); n < tree.N; n++ {
		proof, err := tlog.ProveRecord(tree.N, n, reader)
		check(err, "proof of entry %d", n)
		record := hashes[tlog.StoredHashIndex(0, n)]
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, n, record), "proof of entry %d", n)
	}

	for _, file := range olds {
		text, err := os.ReadFile(file)
		check(err, "older checkpoint")
		old := openCheckpoint(text, verifier)
		if old.N > tree.N {
			fail("%s has %d entries, the log now has only %d", file, old.N, tree.N)
		}
		if old.N > 0 {
			proof, err := tlog.ProveTree(tree.N, old.N, reader)
			check(err, "consistency with %s", file)
			check(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash), "consistency with %s", file)
		}
		fmt.Printf("ok: extends %s of %d entries\n", file, old.N)
	}
	fmt.Printf("ok: %s, %d entries, %d tiles, root %v\n", verifier.Name(), tree.N, len(tiles), tree.Hash)
}

// openCheckpoint opens a signed note and reads a C2SP tlog-checkpoint: origin, size, root, more lines.
func openCheckpoint(signed []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	check(err, "opening a checkpoint")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		fail("the checkpoint does not speak for %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "size of the checkpoint")
	root, err := tlog.ParseHash(lines[2])
	check(err, "root of the checkpoint")
	return tlog.Tree{N: size, Hash: root}
}

// hashesOfEntries reads all entry bundles and gives all hashes of the tree in storage order.
func hashesOfEntries(base string, size int64) []tlog.Hash {
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = hashes[index]
		}
		return found, nil
	})
	for n := int64(0); n < size; {
		width := size - n
		if width > 256 {
			width = 256
		}
		path := "tile/entries/" + number(n/256, width)
		bundle, err := fetch(base, path)
		check(err, path)
		for i := int64(0); i < width; i++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				fail("%s is cut short", path)
			}
			length := 2 + int(binary.BigEndian.Uint16(bundle))
			more, err := tlog.StoredHashes(n, bundle[2:length], reader)
			check(err, "hashing entry %d", n)
			hashes = append(hashes, more...)
			bundle = bundle[length:]
			n++
		}
		if len(bundle) > 0 {
			fail("%s holds more than %d entries", path, width)
		}
	}
	return hashes
}

// tilesOf lists the tiles of a tree by C2SP tlog-tiles: on each level the full ones and at most one partial.
func tilesOf(size int64) []tlog.Tile {
	var tiles []tlog.Tile
	for level, count := 0, size; count > 0; level, count = level+1, count>>tileHeight {
		for n := int64(0); n<<tileHeight < count; n++ {
			width := count - n<<tileHeight
			if width > 1<<tileHeight {
				width = 1 << tileHeight
			}
			tiles = append(tiles, tlog.Tile{H: tileHeight, L: level, N: n, W: int(width)})
		}
	}
	return tiles
}

// tileReader serves the reference client. Its paths name a height; those of C2SP tlog-tiles do not.
type tileReader struct {
	base string
	read map[string][]byte
}

func (r *tileReader) Height() int { return tileHeight }

func (r *tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		path := tilePath(tile)
		if _, known := r.read[path]; !known {
			bytes, err := fetch(r.base, path)
			if err != nil {
				return nil, err
			}
			r.read[path] = bytes
		}
		data[i] = r.read[path]
	}
	return data, nil
}

func tilePath(tile tlog.Tile) string {
	return fmt.Sprintf("tile/%d/%s", tile.L, number(tile.N, int64(tile.W)))
}

// number writes an index in elements of three digits, and the width of a partial tile.
func number(n, width int64) string {
	text := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		text = fmt.Sprintf("x%03d/%s", n%1000, text)
	}
	if width < 256 {
		text += fmt.Sprintf(".p/%d", width)
	}
	return text
}

// verifyProof checks a C2SP tlog-proof file and the fact it is about.
func verifyProof(proofFile, factFile string, verifier note.Verifier) {
	text, err := os.ReadFile(proofFile)
	check(err, "proof")
	parts := strings.SplitN(string(text), "\n\n", 2)
	if len(parts) != 2 {
		fail("%s has no checkpoint", proofFile)
	}
	lines := strings.Split(parts[0], "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		fail("%s is no tlog-proof file", proofFile)
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		fail("%s names no index", proofFile)
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	check(err, "index in %s", proofFile)
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		raw, err := base64.StdEncoding.DecodeString(line)
		check(err, "hash in %s", proofFile)
		var hash tlog.Hash
		if copy(hash[:], raw) != len(hash) || len(raw) != len(hash) {
			fail("%s holds a hash of %d bytes", proofFile, len(raw))
		}
		proof = append(proof, hash)
	}
	tree := openCheckpoint([]byte(parts[1]), verifier)
	fact, err := os.ReadFile(factFile)
	check(err, "fact")
	leaf, err := leafOf(fact)
	check(err, factFile)
	check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)), "%s for %s", proofFile, factFile)
	fmt.Printf("ok: %s is entry %d of %d\n", factFile, index, tree.N)
}

func fetch(base, path string) ([]byte, error) {
	if !strings.HasPrefix(base, "http://") && !strings.HasPrefix(base, "https://") {
		return os.ReadFile(filepath.Join(base, filepath.FromSlash(path)))
	}
	reply, err := http.Get(strings.TrimSuffix(base, "/") + "/" + path)
	if err != nil {
		return nil, err
	}
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, reply.Status)
	}
	return io.ReadAll(reply.Body)
}

func check(err error, what string, args ...interface{}) {
	if err != nil {
		fail("%s: %v", fmt.Sprintf(what, args...), err)
	}
}

func fail(what string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, "verify-log: "+what+"\n", args...)
	os.Exit(1)
}
