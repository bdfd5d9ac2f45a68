T=0123456789abcdef0123; U=http://127.0.0.1:8932
api() { curl -s -m 60 -H "Authorization: Bearer $T" -H 'content-type: application/json' -H "Origin: $U" -X POST "$U/api/$1" -d "$2"; echo; }
